import { minute, second } from '../calendar.ts';
import { image, unlistedImage } from '../windows/images.ts';
import { reach } from '../windows/network.ts';
import { connect, createFile, loadImage, run, setValue, visit } from '../windows/sysmon.ts';
import { documentName } from './documents.ts';
import { hive, profile, program, type Worker } from './worker.ts';

/** CAD: drawings on the file server, backups and plots, a licence asked for now and then. */
export function drawing(worker: Worker): void {
  const { estate, host, random, person } = worker;
  const { sim } = estate;
  const name = random.chance(0.7) ? 'autocad' : 'revit';
  const process = program(worker, name);
  const folder = `P:\\${person.project}\\Drawings\\`;
  const file = documentName(random, name === 'autocad' ? 'dwg' : 'rvt');
  createFile(sim, host, process, `${folder}${file.replace('.dwg', '.bak')}`);
  createFile(sim, host, process, `${folder}${file}`);
  createFile(sim, host, process, `${profile(worker)}\\AppData\\Local\\Temp\\${random.hex(8)}.sv$`);
  setValue(
    sim,
    host,
    process,
    `${hive(worker)}\\SOFTWARE\\Autodesk\\AutoCAD\\R24.3\\ACAD-7101:409\\Recent File List\\File${random.int(1, 9)}`,
    `${folder}${file}`,
  );
  if (random.chance(0.03)) {
    const plugin = 'C:\\ProgramData\\Autodesk\\ApplicationPlugins\\dimtools.bundle\\Contents\\dimtools.dll';
    loadImage(sim, host, process, plugin, { company: '-', signed: false, hashes: unlistedImage(plugin).hashes });
  }
  if (random.chance(0.2)) visit(sim, host, process, estate.company.internet.site('www.autodesk.com'));
  if (random.chance(0.12)) {
    run(sim, host, host.service('services'), image('adsklicensing'), `"${image('adsklicensing').path}"`, 5 * minute, {
      session: host.systemSession,
    });
  }
  if (!worker.travelling && random.chance(0.3))
    reach(estate, host.account(person.login, person.sid), host, estate.servers.files, {
      share: 'Projects',
      lasts: 20 * minute,
    });
}

export function artwork(worker: Worker): void {
  const { estate, host, random, person } = worker;
  const name = random.chance(0.6) ? 'photoshop' : 'indesign';
  const process = program(worker, name);
  createFile(
    estate.sim,
    host,
    process,
    `${profile(worker)}\\AppData\\Local\\Temp\\Photoshop Temp${random.int(100000000, 999999999)}`,
  );
  createFile(
    estate.sim,
    host,
    process,
    `P:\\${person.project}\\Artwork\\${documentName(random, name === 'photoshop' ? 'psd' : 'indd')}`,
  );
  if (random.chance(0.25)) visit(estate.sim, host, process, random.pick(estate.company.internet.longTail));
}

/** The accounts package, which talks to its database server. */
export function accounts(worker: Worker): void {
  const { estate, host, random, person } = worker;
  const { sim } = estate;
  const process = program(worker, 'sage');
  if (!worker.travelling) {
    connect(sim, host, process, { address: estate.servers.sql.address, port: 1433, name: estate.servers.sql.fqdn });
    if (random.chance(0.4))
      reach(estate, host.account(person.login, person.sid), host, estate.servers.sql, {
        port: 1433,
        connection: false,
        lasts: 10 * minute,
      });
  }
  if (random.chance(0.3))
    createFile(
      sim,
      host,
      process,
      `\\\\CVFS01\\Finance\\${new Date(sim.now).getUTCFullYear()}\\${documentName(random, 'csv')}`,
    );
  if (random.chance(0.1)) {
    const shell = run(
      sim,
      host,
      program(worker, 'excel'),
      image('cmd'),
      'cmd.exe /c ""\\\\CVFS01\\Finance\\Macros\\export_bacs.bat""',
      8 * second,
    );
    run(sim, host, shell, image('conhost'), '\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1', 8 * second);
  }
}

export function payroll(worker: Worker): void {
  const { estate, host, random, person } = worker;
  const process = program(worker, 'chrome');
  visit(estate.sim, host, process, random.pick(estate.company.internet.longTail));
  createFile(estate.sim, host, process, `${profile(worker)}\\Downloads\\${documentName(random, 'pdf')}`);
  if (random.chance(0.3)) {
    run(
      estate.sim,
      host,
      worker.explorer,
      image('sevenzip'),
      `"${image('sevenzip').path}" a -tzip -p "P:\\HR\\${documentName(random, 'zip')}" "${profile(worker)}\\Documents\\Payslips"`,
      12 * second,
    );
    if (!worker.travelling)
      reach(estate, host.account(person.login, person.sid), host, estate.servers.files, {
        share: 'HR',
        lasts: 5 * minute,
      });
  }
}
