import { minute, second } from '../calendar.ts';
import { awsId, type Caller } from '../cloud/cloudtrail.ts';
import { withRole } from '../company.ts';
import type { Estate } from '../estate.ts';
import { connectTo, runFor, sshSession, writeFile } from '../linux/records.ts';
import type { Plot } from '../plot.ts';

/** Somebody signs in from a country they were not expected in: a trip nobody announced. */
export function suddenTraveller(estate: Estate, plot: Plot): void {
  const { random } = plot;
  const person = random.pick(withRole(estate.company, 'sales', 'executive', 'engineering'));
  const { country, address } = estate.company.internet.abroad(random);
  plot.next(0, 1, () => {
    estate.audit.signIn(
      person,
      'outlook',
      address,
      person.phoneAgent,
      'UserStrongAuthClientAuthNRequiredInterrupt',
      false,
    );
    estate.audit.signIn(person, 'outlook', address, person.phoneAgent);
    plot.chapter.involve(person.login);
    plot.chapter.tell(`${person.name} signed in from ${country}, on a trip decided the day before.`, 'T1078.004');
  });
  plot.next(1, 30, () =>
    estate.audit.file(
      'FileDownloaded',
      person,
      address,
      person.phoneAgent,
      person.project,
      'Reports/Fee-Proposal_FINAL.pdf',
    ),
  );
}

/** The owner signs in as root, with MFA, to look at the bill. */
export function rootForBilling(estate: Estate, plot: Plot): void {
  const { sim, random } = plot;
  const { trail } = estate.cloud;
  const person = random.pick(withRole(estate.company, 'executive', 'it-admin'));
  const caller: Caller = {
    principal: { type: 'Root', name: 'root', principalId: trail.account, mfa: true },
    address: estate.company.officeAddresses[0] ?? person.homeAddress,
    userAgent: person.userAgent,
  };
  plot.next(0, 1, () => {
    trail.call(caller, {
      service: 'signin',
      name: 'ConsoleLogin',
      readOnly: false,
      region: 'us-east-1',
      type: 'AwsConsoleSignIn',
      response: { ConsoleLogin: 'Success' },
      extra: {
        additionalEventData: {
          LoginTo: 'https://console.aws.amazon.com/billing/home',
          MobileVersion: 'No',
          MFAUsed: 'Yes',
        },
      },
    });
    sim.pass(random.int(5, 60) * second);
    for (const name of ['GetBillingData', 'GetPaymentMethods', 'GetInvoices'])
      trail.call(caller, { service: 'billing', name, readOnly: true, region: 'us-east-1' });
    plot.chapter.involve('root');
    plot.chapter.tell(`${person.name} used the root account with MFA to settle a bill.`, 'T1078.004');
  });
}

/** An administrator makes a user for a supplier's monitoring, by ticket. */
export function supplierUser(estate: Estate, plot: Plot): void {
  const { sim, random } = plot;
  const { trail, roles } = estate.cloud;
  const person = random.pick(withRole(estate.company, 'it-admin'));
  const caller: Caller = {
    principal: { ...roles.admin, session: person.mail, keyId: awsId(random, 'ASIA'), mfa: true },
    address: estate.company.officeAddresses[person.site] ?? person.homeAddress,
    userAgent: person.userAgent,
  };
  const name = random.pick(['supplier-monitoring', 'svc-cost-report', 'vendor-readonly']);
  plot.next(0, 1, () => {
    estate.audit.signIn(person, 'awsSso', caller.address, person.userAgent);
    trail.call(caller, {
      service: 'iam',
      name: 'CreateUser',
      readOnly: false,
      request: { userName: name },
      response: { user: { userName: name } },
    });
    sim.pass(random.int(5, 60) * second);
    trail.call(caller, {
      service: 'iam',
      name: 'AttachUserPolicy',
      readOnly: false,
      request: { userName: name, policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
    });
    trail.call(caller, {
      service: 'iam',
      name: 'CreateAccessKey',
      readOnly: false,
      request: { userName: name },
      response: { accessKey: { userName: name, accessKeyId: awsId(random, 'AKIA'), status: 'Active' } },
    });
    plot.chapter.involve(person.login, name);
    plot.chapter.tell(`${person.name} made the user ${name} for a supplier, by ticket.`, 'T1136.003');
  });
}

/** Before holidays an executive forwards mail to their assistant, inside the company. */
export function internalForward(estate: Estate, plot: Plot): void {
  const { random } = plot;
  const person = random.pick(withRole(estate.company, 'executive'));
  const assistant = random.pick(withRole(estate.company, 'hr', 'finance'));
  const address = estate.company.officeAddresses[person.site] ?? person.homeAddress;
  plot.next(0, 1, () => {
    estate.audit.cmdlet('New-InboxRule', person, address, `LO2P265MB1234\\${person.login}\\Cover`, {
      Mailbox: person.mail,
      Name: 'Cover',
      ForwardTo: assistant.mail,
      StopProcessingRules: 'False',
    });
    plot.chapter.involve(person.login);
    plot.chapter.tell(`${person.name} forwards mail to ${assistant.name} while on holiday.`, 'T1114.003');
  });
}

/** A developer installs a tool on the build server the way its website says, and lets a colleague in. */
export function pipedInstaller(estate: Estate, plot: Plot): void {
  const host = estate.linux.ci01;
  plot.next(0, 1, () => {
    const { sim, random } = plot;
    const person = random.pick(withRole(estate.company, 'development'));
    const from = estate.workstationOf(person)?.address ?? '10.20.50.9';
    const shell = sshSession(sim, host, { name: person.login, id: 1100 + person.index }, from, 25 * minute);
    const site = estate.company.internet.site('raw.githubusercontent.com');
    sim.after(random.int(20, 120) * second, () => {
      const line = 'curl -o- https://raw.githubusercontent.com/nvm-sh/nvm/v0.39.7/install.sh';
      connectTo(
        sim,
        host,
        runFor(sim, host, shell, '/usr/bin/curl', line, 3 * second),
        random.pick(site.addresses),
        443,
      );
      const bash = runFor(sim, host, shell, '/usr/bin/bash', 'bash', 20 * second);
      writeFile(sim, host, bash, `/home/${person.login}/.nvm/nvm.sh`);
      writeFile(sim, host, bash, `/home/${person.login}/.bashrc`, 'modification');
    });
    sim.after(random.int(4, 9) * minute, () =>
      writeFile(
        sim,
        host,
        runFor(sim, host, shell, '/usr/bin/tee', 'tee -a /home/deploy/.ssh/authorized_keys', second),
        '/home/deploy/.ssh/authorized_keys',
        'modification',
      ),
    );
    plot.chapter.involve(person.login);
    plot.chapter.tell(
      `${person.name} installed nvm by curl into bash on ci01 and added a colleague's key.`,
      'T1105',
      'T1098.004',
    );
  });
}
