import { minute, second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import { type LinuxHost, root } from '../linux/host.ts';
import { connectTo, cronJob, exec, runFor, sshLogin, sshSession, sudo, writeFile } from '../linux/records.ts';

/** What every server's crontab holds, and what particular ones do; mean interval in minutes. */
const jobs: readonly (readonly [host: string, minutes: number, command: string, programs: readonly string[]])[] = [
  ['*', 60, 'cd / && run-parts --report /etc/cron.hourly', ['/usr/bin/run-parts']],
  [
    '*',
    20,
    'command -v debian-sa1 > /dev/null && debian-sa1 1 1',
    ['/usr/lib/sysstat/debian-sa1', '/usr/lib/sysstat/sadc'],
  ],
  [
    '*',
    120,
    '[ -x /usr/bin/apt-get ] && apt-get -qq update',
    ['/usr/bin/apt-get', '/usr/lib/apt/methods/https', '/usr/bin/gpgv'],
  ],
  ['db01', 60, '/usr/local/bin/pg_backup.sh', ['/usr/bin/bash', '/usr/bin/pg_dump', '/usr/bin/gzip']],
  ['web01', 10, 'php /srv/intranet/cron.php', ['/usr/bin/php']],
  ['web02', 10, 'php /srv/intranet/cron.php', ['/usr/bin/php']],
  ['app01', 15, '/opt/portal/bin/sync.sh', ['/usr/bin/bash', '/usr/bin/curl', '/usr/bin/jq']],
  ['mon01', 5, '/usr/lib/nagios/plugins/check_all', ['/usr/bin/bash', '/usr/bin/ping', '/usr/bin/curl']],
];

export function linuxLife(estate: Estate): void {
  for (const host of Object.values(estate.linux)) {
    for (const [name, minutes, command, programs] of jobs) {
      if (name === '*' || name === host.name)
        schedule(estate, host, minutes, () => job(estate, host, command, programs));
    }
    schedule(estate, host, 3.5, () => daemonWork(estate, host));
    schedule(estate, host, 10, () =>
      sshLogin(estate.sim, host, 'monitor', estate.linux.mon01.address, 'publickey', 'success'),
    );
  }
  schedule(estate, estate.linux.bastion01, 5, () => doorknob(estate));
  schedule(estate, estate.linux.ci01, 14, () => build(estate));
  schedule(estate, estate.linux.app01, 35, () => convert(estate));
}

function schedule(estate: Estate, host: LinuxHost, minutes: number, act: () => void): void {
  const { sim } = estate;
  const next = (): void =>
    sim.after(minutes * minute * (0.85 + 0.3 * host.random.float()), () => {
      act();
      next();
    });
  sim.at(sim.start + host.random.float() * minutes * minute, next);
}

function job(estate: Estate, host: LinuxHost, command: string, programs: readonly string[]): void {
  const { sim } = estate;
  const user = command.startsWith('php') ? { name: 'www-data', id: 33 } : root;
  const shell = cronJob(sim, host, user, command, 6 * second);
  for (const [index, program] of programs.entries()) {
    sim.pass(host.random.int(5, 200));
    const process = runFor(
      sim,
      host,
      shell,
      program,
      index === 0 ? `${program} ${command.split(' ').slice(1).join(' ')}`.trim() : program,
      4 * second,
    );
    if (/curl|https/.test(program))
      connectTo(
        sim,
        host,
        process,
        host.random.pick(estate.company.internet.popular[host.random.int(0, 5)]?.addresses ?? ['10.20.10.64']),
        443,
      );
    if (/pg_dump|gzip/.test(program)) writeFile(sim, host, process, `/var/backups/portal_${host.random.hex(4)}.sql.gz`);
  }
}

/** Daemons' own work: connections between tiers, log rotation, helper processes. */
function daemonWork(estate: Estate, host: LinuxHost): void {
  const { sim, linux } = estate;
  const { random } = host;
  const work = random.weighted([
    ['tier', 6],
    ['log', 3],
    ['helper', 2],
    ['systemd', 2],
  ] as const);
  if (work === 'tier') {
    const daemon = host.daemon(
      host.name.startsWith('web') ? random.pick(['nginx', 'php-fpm']) : host.name === 'app01' ? 'tomcat' : 'node',
    );
    connectTo(
      sim,
      host,
      daemon,
      host.name.startsWith('web') ? linux.app01.address : linux.db01.address,
      host.name.startsWith('web') ? 8080 : 5432,
    );
    if (random.chance(0.04)) connectTo(sim, host, daemon, '169.254.169.254', 80);
  } else if (work === 'log') {
    const path = random.weighted([
      [`/var/log/portal/access-${random.hex(4)}.log`, 4],
      [`/tmp/sess_${random.hex(12)}`, 2],
      ['/var/lib/portal/state', 2],
      ['/srv/portal/cache/index', 1],
    ]);
    const daemon = host.daemon(random.pick(['node', 'php-fpm', 'tomcat']));
    writeFile(sim, host, daemon, path, random.chance(0.4) ? 'modification' : 'creation');
  } else if (work === 'helper') {
    const daemon = host.daemon(host.name.startsWith('web') ? 'php-fpm' : 'tomcat');
    const [path, line] = host.name.startsWith('web')
      ? ([
          '/usr/bin/convert',
          'convert /srv/intranet/uploads/in.png -resize 400x400 /srv/intranet/uploads/thumb.png',
        ] as const)
      : (['/usr/bin/fc-list', 'fc-list : family'] as const);
    const shell = runFor(sim, host, daemon, '/usr/bin/dash', ['sh', '-c', line], 2 * second, {
      directory: host.name.startsWith('web') ? '/srv/intranet/uploads' : '/opt/tomcat',
    });
    runFor(sim, host, shell, path, line, 2 * second);
  } else {
    runFor(
      sim,
      host,
      host.init,
      '/usr/lib/systemd/systemd',
      `(${random.pick(['logrotate', 'fstrim', 'anacron', 'tmpfiles'])})`,
      3 * second,
      { user: root },
    );
  }
}

/** The bastion is on the Internet: strangers try names and passwords all day. */
function doorknob(estate: Estate): void {
  const host = estate.linux.bastion01;
  const { random } = host;
  const from = estate.company.internet.hosting(random);
  for (let i = random.int(1, 5); i > 0; i--) {
    sshLogin(
      estate.sim,
      host,
      random.pick(['root', 'admin', 'ubuntu', 'oracle', 'test', 'git', 'postgres', 'deploy']),
      from,
      'password',
      'failure',
    );
    estate.sim.pass(random.int(400, 3000));
  }
}

/** The build runner: checkout, containers, npm, a deployment by ssh. */
function build(estate: Estate): void {
  const { sim, linux } = estate;
  const host = linux.ci01;
  const { random } = host;
  const hours = new Date(sim.now).getUTCHours();
  if ((hours < 8 || hours > 18) && random.chance(0.9)) return;
  const runner = { name: 'runner', id: 1005 };
  const worker = exec(
    sim,
    host,
    host.daemon('runner'),
    '/opt/actions-runner/bin/Runner.Worker',
    `/opt/actions-runner/bin/Runner.Worker spawnclient ${random.int(100, 200)} ${random.int(100, 200)}`,
    { user: runner, directory: '/opt/actions-runner/_work' },
  );
  const script = `/opt/actions-runner/_work/_temp/${random.guid()}.sh`;
  writeFile(sim, host, worker, script);
  const shell = runFor(sim, host, worker, '/usr/bin/bash', `/usr/bin/bash -e ${script}`, 4 * minute);
  const github = estate.company.internet.site('github.com');
  const steps: readonly (readonly [string, string])[] = [
    ['/usr/bin/git', 'git fetch --depth=1 origin'],
    ['/usr/bin/node', 'node /usr/bin/npm ci'],
    ['/usr/bin/docker', 'docker build -t registry/portal:ci .'],
    ['/usr/bin/curl', 'curl -sSL https://raw.githubusercontent.com/corvane-eng/ci/main/setup.sh'],
    ['/usr/bin/tar', 'tar czf /tmp/artifact.tgz dist'],
    ['/usr/bin/aws', 'aws s3 cp /tmp/artifact.tgz s3://corvane-web/releases/'],
  ];
  for (const [index, [path, line]] of steps.entries()) {
    sim.after((10 + index * 25 + random.int(0, 15)) * second, () => {
      const process = runFor(sim, host, shell, path, line, 15 * second);
      if (/git|curl|npm/.test(line)) connectTo(sim, host, process, random.pick(github.addresses), 443);
    });
  }
  if (random.chance(0.4)) {
    sim.after(200 * second, () => {
      const client = runFor(
        sim,
        host,
        shell,
        '/usr/bin/ssh',
        'ssh -o BatchMode=yes deploy@app01 sudo systemctl restart portal',
        5 * second,
      );
      connectTo(sim, host, client, linux.app01.address, 22);
      const remote = sshSession(sim, linux.app01, { name: 'deploy', id: 1003 }, host.address, 20 * second);
      sudo(sim, linux.app01, remote, '/usr/bin/systemctl', 'systemctl restart portal', 4 * second);
    });
  }
}

/** The portal converts uploaded models through a shell, as careless applications do. */
function convert(estate: Estate): void {
  const { sim, linux } = estate;
  const host = linux.app01;
  const id = host.random.hex(8);
  const hours = new Date(sim.now).getUTCHours();
  if (hours < 7 || hours > 20) return;
  const shell = runFor(
    sim,
    host,
    host.daemon('tomcat'),
    '/usr/bin/dash',
    ['/bin/sh', '-c', `/opt/portal/bin/ifc2json /tmp/upload_${id}.ifc > /tmp/upload_${id}.json`],
    8 * second,
    { directory: '/opt/tomcat' },
  );
  const tool = runFor(
    sim,
    host,
    shell,
    '/opt/portal/bin/ifc2json',
    `/opt/portal/bin/ifc2json /tmp/upload_${id}.ifc`,
    8 * second,
  );
  writeFile(sim, host, tool, `/tmp/upload_${id}.json`);
}
