import { minute, second } from '../calendar.ts';
import { asUser } from '../cloud/account.ts';
import { awsId } from '../cloud/cloudtrail.ts';
import { exec, runFor, sshSession, sudo } from '../linux/records.ts';
import type { Process } from '../windows/host.ts';
import { image, unlistedImage } from '../windows/images.ts';
import { scriptBlock } from '../windows/security.ts';
import { connect, createFile, run, start, visit } from '../windows/sysmon.ts';
import { profile, program, type Worker } from './worker.ts';

const repositories = ['portal', 'ifc-tools', 'load-solver', 'infra', 'drawing-index', 'timesheets'];

/** A terminal inside the editor: powershell or git's bash. */
function terminal(worker: Worker): Process {
  const open = worker.open.get('terminal');
  if (open !== undefined) return open;
  const editor = program(worker, 'code');
  const shell = worker.random.chance(0.6)
    ? start(
        worker.estate.sim,
        worker.host,
        editor,
        image('powershell'),
        `"${image('powershell').path}" -noexit -command "try { . 'c:\\Program Files\\Microsoft VS Code\\resources\\app\\out\\vs\\workbench\\contrib\\terminal\\browser\\media\\shellIntegration.ps1' } catch {}"`,
      )
    : start(
        worker.estate.sim,
        worker.host,
        editor,
        image('bash'),
        `"${image('bash').path}" --init-file "c:\\Program Files\\Microsoft VS Code\\resources\\app\\out\\vs\\workbench\\contrib\\terminal\\browser\\media\\shellIntegration-bash.sh"`,
      );
  worker.open.set('terminal', shell);
  return shell;
}

const place = (worker: Worker): { directory: string } => ({
  directory: `C:\\src\\${worker.random.pick(repositories)}\\`,
});

export function git(worker: Worker): void {
  const { estate, host, random } = worker;
  const { sim } = estate;
  const shell = terminal(worker);
  const command = random.weighted([
    ['status --porcelain=v2 --branch', 6],
    ['fetch --prune origin', 4],
    ['push origin HEAD', 2],
    ['pull --rebase', 3],
    ['log --oneline -20', 2],
    ['diff --stat', 3],
    ['commit -m wip', 3],
  ]);
  const process = run(sim, host, shell, image('git'), `git.exe ${command}`, 3 * second, place(worker));
  if (/fetch|push|pull/.test(command)) {
    const remote = run(
      sim,
      host,
      process,
      image('gitremote'),
      'git-remote-https.exe origin https://github.com/corvane-eng/portal.git',
      3 * second,
      place(worker),
    );
    visit(sim, host, remote, estate.company.internet.site('github.com'));
    createFile(sim, host, process, `C:\\src\\portal\\.git\\objects\\pack\\tmp_pack_${random.hex(6)}`);
  }
}

export function nodeWork(worker: Worker): void {
  const { estate, host, random } = worker;
  const { sim } = estate;
  const shell = terminal(worker);
  const command = run(
    sim,
    host,
    shell,
    image('cmd'),
    `C:\\Windows\\system32\\cmd.exe /d /s /c "${random.pick(['npm ci', 'npm test', 'vite build', 'eslint . --max-warnings 0', 'tsc --noEmit'])}"`,
    40 * second,
    place(worker),
  );
  const node = run(
    sim,
    host,
    command,
    image('node'),
    `"C:\\Program Files\\nodejs\\node.exe" "C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js" ${random.pick(['ci', 'test', 'run build', 'exec -- eslint .'])}`,
    35 * second,
    place(worker),
  );
  if (random.chance(0.5)) visit(sim, host, node, estate.company.internet.site('registry.npmjs.org'));
  for (let i = random.int(0, 4); i > 0; i--)
    createFile(sim, host, node, `C:\\src\\portal\\node_modules\\.cache\\${random.hex(10)}.js`);
  if (random.chance(0.12))
    run(
      sim,
      host,
      node,
      image('powershell'),
      `powershell.exe -NoProfile -NonInteractive -Command "(Get-CimInstance Win32_OperatingSystem).Version"`,
      4 * second,
      place(worker),
    );
}

export function container(worker: Worker): void {
  const { estate, host, random } = worker;
  const shell = terminal(worker);
  const docker = run(
    estate.sim,
    host,
    shell,
    image('docker'),
    `docker ${random.pick(['compose up -d', 'ps', 'build -t portal:dev .', 'logs -f portal_db_1', 'exec -it portal_web_1 sh', 'pull node:20-slim', 'system prune -f'])}`,
    20 * second,
    place(worker),
  );
  if (random.chance(0.4)) visit(estate.sim, host, docker, estate.company.internet.site('registry-1.docker.io'));
}

export function pythonWork(worker: Worker): void {
  const { estate, host, random } = worker;
  const { sim } = estate;
  const shell =
    worker.person.role === 'development'
      ? terminal(worker)
      : run(sim, host, worker.explorer, image('cmd'), '"C:\\Windows\\system32\\cmd.exe" ', 10 * minute);
  const python = run(
    sim,
    host,
    shell,
    image('python'),
    random.pick([
      'python.exe -m pip install -r requirements.txt',
      'python.exe solve.py --case north_quay --step 0.05',
      'python.exe -c "import base64,sys;print(base64.b64decode(sys.argv[1]))" c2VjdGlvbg==',
      'python.exe -m http.server 8000',
      'python.exe tools\\convert_ifc.py --in model.ifc --out model.json',
      'python.exe -m pytest -q',
    ]),
    60 * second,
    place(worker),
  );
  if (random.chance(0.4)) visit(sim, host, python, estate.company.internet.site('pypi.org'));
  createFile(sim, host, python, `${profile(worker)}\\AppData\\Local\\Temp\\pip-${random.hex(8)}\\record.txt`);
}

/** Odd command lines that developers and admins write every day. */
export function scriptWork(worker: Worker): void {
  const { estate, host, random } = worker;
  const { sim } = estate;
  const shell = terminal(worker);
  const text = random.pick([
    'Get-ChildItem -Recurse -Filter *.log | Where-Object LastWriteTime -lt (Get-Date).AddDays(-7) | Remove-Item -WhatIf',
    'Invoke-WebRequest -Uri https://api.github.com/repos/corvane-eng/portal/releases/latest -OutFile release.json',
    '[Convert]::ToBase64String([IO.File]::ReadAllBytes("cert.pfx")) | Set-Clipboard',
    'Test-NetConnection app01 -Port 8443',
    'Get-Process | Sort-Object WS -Descending | Select-Object -First 10',
    'Invoke-RestMethod http://app01:8443/health | ConvertTo-Json',
  ]);
  const process = run(
    sim,
    host,
    shell,
    image('powershell'),
    `powershell.exe -NoLogo -NoProfile -Command "${text.replaceAll('"', '\\"')}"`,
    6 * second,
    place(worker),
  );
  scriptBlock(sim, host, worker.session, text);
  createFile(
    sim,
    host,
    process,
    `${profile(worker)}\\AppData\\Local\\Temp\\__PSScriptPolicyTest_${random.text(8, 'abcdefghijklmnopqrstuvwxyz012345')}.${random.text(3, 'abcdefghijklmnopqrstuvwxyz012345')}.ps1`,
  );
  if (text.includes('github')) visit(sim, host, process, estate.company.internet.site('api.github.com'));
  if (random.chance(0.15)) {
    const tool = unlistedImage(
      `C:\\src\\${random.pick(repositories)}\\bin\\Debug\\${random.pick(['solver', 'indexer', 'converter'])}.exe`,
      undefined,
      random.hex(6),
    );
    createFile(sim, host, process, tool.path);
    run(
      sim,
      host,
      shell,
      tool,
      `.\\bin\\Debug\\${tool.path.slice(tool.path.lastIndexOf('\\') + 1)} --dry-run`,
      20 * second,
      place(worker),
    );
  }
}

/** SSH to a server: through the bastion from outside, direct from the office. */
export function remoteShell(worker: Worker): void {
  const { estate, host, random, person } = worker;
  const { sim } = estate;
  const target = random.pick([
    estate.linux.app01,
    estate.linux.web01,
    estate.linux.db01,
    estate.linux.ci01,
    estate.linux.mon01,
  ]);
  const server = worker.travelling ? estate.linux.bastion01 : target;
  const client = run(sim, host, terminal(worker), image('ssh'), `ssh ${person.login}@${server.name}`, 6 * minute);
  connect(sim, host, client, { address: server.address, port: 22, name: server.name });
  sim.after(random.int(300, 2000), () => {
    const shell = sshSession(sim, server, { name: person.login, id: 1100 + person.index }, host.address, 7 * minute);
    const commands = random.shuffled([
      'journalctl -u portal --since -1h',
      'df -h',
      'ls -la /var/log',
      'tail -n 200 /var/log/nginx/error.log',
      'ps aux',
      'cat /etc/os-release',
      'curl -s http://localhost:8080/health',
      'grep -r timeout /opt/portal/conf',
      'uptime',
      'id',
      'netstat -plnt',
      'find /srv -name *.log -mtime -1',
    ]);
    for (let i = 0; i < random.int(2, 6); i++) {
      const line = commands[i] ?? 'uptime';
      sim.after(random.int(2, 300) * second, () =>
        runFor(sim, server, shell, `/usr/bin/${line.split(' ')[0]}`, line, 2 * second),
      );
    }
    if (random.chance(0.35)) {
      sim.after(random.int(20, 250) * second, () =>
        sudo(
          sim,
          server,
          shell,
          '/usr/bin/systemctl',
          `systemctl ${random.pick(['restart portal', 'status nginx', 'reload nginx'])}`,
          3 * second,
        ),
      );
    }
    if (random.chance(0.15))
      sim.after(100 * second, () =>
        exec(sim, server, shell, '/usr/bin/vim', 'vim /etc/nginx/sites-enabled/portal.conf'),
      );
  });
}

/** The AWS CLI or console: looking around, restarting, deploying by hand. */
export function awsConsole(worker: Worker): void {
  const { estate, random, person, host } = worker;
  const { sim, cloud } = estate;
  const user = cloud.users.find((one) => one.person === person);
  if (user === undefined) return;
  if (random.chance(0.3)) {
    const role = random.chance(0.3) && person.role === 'it-admin' ? cloud.roles.admin : cloud.roles.readonly;
    estate.audit.signIn(person, 'awsSso', worker.address, person.userAgent);
    const principal = { ...role, session: person.mail, keyId: awsId(random, 'ASIA') };
    const caller = { principal, address: worker.address, userAgent: person.userAgent };
    cloud.trail.call(caller, {
      service: 'signin',
      name: 'ConsoleLogin',
      readOnly: false,
      type: 'AwsConsoleSignIn',
      response: { ConsoleLogin: 'Success' },
      extra: {
        additionalEventData: {
          LoginTo: 'https://console.aws.amazon.com/console/home',
          MobileVersion: 'No',
          MFAUsed: 'No',
        },
      },
    });
    for (const [service, name] of random.shuffled(looks).slice(0, random.int(3, 9)))
      cloud.trail.call(caller, { service, name, readOnly: true, request: {} });
    return;
  }
  const [service, name, command, readOnly] = random.weighted(commands);
  const process = run(
    sim,
    host,
    terminal(worker),
    image('aws'),
    `aws ${command.replace('.', ' ')} --region eu-west-2`,
    3 * second,
  );
  connect(sim, host, process, { address: `52.94.${random.int(1, 250)}.${random.int(2, 250)}`, port: 443 });
  const request =
    service === 's3'
      ? { bucketName: random.pick(cloud.buckets) }
      : service === 'ec2'
        ? { instancesSet: { items: [{ instanceId: random.pick(cloud.instances) }] } }
        : null;
  cloud.trail.call(asUser(user, worker.address, command), { service, name, readOnly, request });
}

const looks: readonly (readonly [string, string])[] = [
  ['ec2', 'DescribeInstances'],
  ['ec2', 'DescribeSecurityGroups'],
  ['ec2', 'DescribeVolumes'],
  ['s3', 'ListBuckets'],
  ['s3', 'GetBucketAcl'],
  ['logs', 'DescribeLogGroups'],
  ['monitoring', 'DescribeAlarms'],
  ['ecs', 'DescribeServices'],
  ['rds', 'DescribeDBInstances'],
  ['lambda', 'ListFunctions20150331'],
  ['iam', 'ListUsers'],
  ['iam', 'ListRoles'],
  ['iam', 'GetUser'],
  ['ses', 'GetSendQuota'],
  ['secretsmanager', 'ListSecrets'],
  ['iam', 'GetAccountSummary'],
  ['ce', 'GetCostAndUsage'],
];

const commands: readonly (readonly [readonly [string, string, string, boolean], number])[] = [
  [['sts', 'GetCallerIdentity', 'sts.get-caller-identity', true], 6],
  [['ec2', 'DescribeInstances', 'ec2.describe-instances', true], 6],
  [['s3', 'ListBuckets', 's3.ls', true], 4],
  [['s3', 'GetBucketLocation', 's3.sync', true], 3],
  [['ecs', 'UpdateService', 'ecs.update-service', false], 1],
  [['logs', 'FilterLogEvents', 'logs.tail', true], 5],
  [['lambda', 'ListFunctions20150331', 'lambda.list-functions', true], 2],
  [['ec2', 'RebootInstances', 'ec2.reboot-instances', false], 0.5],
  [['secretsmanager', 'ListSecrets', 'secretsmanager.list-secrets', true], 1],
  [['iam', 'ListUsers', 'iam.list-users', true], 0.7],
  [['iam', 'ListRoles', 'iam.list-roles', true], 0.7],
  [['iam', 'GetUser', 'iam.get-user', true], 0.7],
  [['s3', 'ListObjects', 's3.ls', true], 3],
  [['cloudtrail', 'DescribeTrails', 'cloudtrail.describe-trails', true], 0.3],
  [['ses', 'GetSendQuota', 'ses.get-send-quota', true], 0.3],
  [['iam', 'ListAttachedUserPolicies', 'iam.list-attached-user-policies', true], 0.5],
];
