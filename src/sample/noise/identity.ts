import { hour, isWorkday, minute, second } from '../calendar.ts';
import { withRole } from '../company.ts';
import type { Estate } from '../estate.ts';
import type { Random } from '../random.ts';
import type { Account } from '../windows/host.ts';
import { image } from '../windows/images.ts';
import { authenticate, reach } from '../windows/network.ts';
import { accountChanged, logOn, logOnFailed, memberAdded } from '../windows/security.ts';
import { endSession, run, start, visit } from '../windows/sysmon.ts';

/** Sign-ins that fail for everyday reasons, inbox rules people make for order, and strangers guessing at mail accounts. */
export function identityLife(estate: Estate): void {
  const { sim, audit, company } = estate;
  sim.eachDay((midnight) => {
    const random = sim.random.fork(`identity/${midnight}`);
    const busy = isWorkday(midnight);
    for (let i = busy ? random.int(12, 30) : 4; i > 0; i--) {
      const person = random.pick(company.people);
      const from = random.chance(0.6)
        ? (company.officeAddresses[person.site] ?? person.homeAddress)
        : person.homeAddress;
      sim.at(midnight + (7 + random.float() * 14) * hour, () => {
        const agent = random.chance(0.6) ? person.userAgent : person.phoneAgent;
        for (let tries = random.int(1, 3); tries > 0; tries--) {
          audit.signIn(person, 'office', from, agent, random.chance(0.04) ? 'IdsLocked' : 'InvalidUserNameOrPassword');
          sim.pass(random.int(3, 12) * second);
        }
        if (random.chance(0.3))
          audit.signIn(person, 'office', from, agent, 'UserStrongAuthClientAuthNRequiredInterrupt');
        audit.signIn(person, 'office', from, agent);
      });
    }
    for (let i = random.int(3, 12); i > 0; i--) {
      const from = company.internet.hosting(random);
      const person = random.pick(company.people);
      sim.at(midnight + random.float() * 24 * hour, () =>
        audit.signIn(
          person,
          'outlook',
          from,
          person.userAgent.replace('122.0.0.0', '120.0.0.0'),
          random.chance(0.15) ? 'IdsLocked' : 'InvalidUserNameOrPassword',
          false,
        ),
      );
    }
    if (!busy) return;
    for (let i = random.int(2, 6); i > 0; i--) {
      const person = random.pick(company.people);
      sim.at(midnight + (9 + random.float() * 8) * hour, () => {
        const word = random.pick(['newsletter', 'GitHub', 'calendar', 'noreply', 'invoice', 'jobs']);
        const from = company.officeAddresses[person.site] ?? person.homeAddress;
        const condition = random.pick([
          'FromAddressContainsWords',
          'SubjectOrBodyContainsWords',
          'SubjectContainsWords',
        ]);
        const actions: Record<string, string> = random.chance(0.12)
          ? { ForwardTo: random.pick(company.people).mail }
          : { MoveToFolder: word, ...(random.chance(0.4) ? { MarkAsRead: 'True' } : {}) };
        audit.cmdlet('New-InboxRule', person, from, `LO2P265MB1234\\${person.login}\\${word}`, {
          Mailbox: person.mail,
          Name: word,
          [condition]: word,
          ...actions,
          StopProcessingRules: random.chance(0.5) ? 'True' : 'False',
        });
      });
    }
    for (let i = random.int(1, 3); i > 0; i--) {
      const person = random.pick(company.people);
      sim.at(midnight + (9 + random.float() * 8) * hour, () => {
        const from = company.officeAddresses[person.site] ?? person.homeAddress;
        audit.signIn(person, 'securityInfo', from, person.userAgent, undefined, random.chance(0.8));
        audit.directory('User registered security info.', person, person, from, [
          { Name: 'StrongAuthenticationMethod', NewValue: '[{"MethodType":6,"Default":true}]', OldValue: '[]' },
        ]);
      });
    }
  });
}

/** Newcomers: an account is made, groups are given, the first logon follows the same morning. */
export function newcomers(estate: Estate): void {
  const { sim, company, servers } = estate;
  const [administrator] = withRole(company, 'it-admin', 'helpdesk');
  sim.eachDay((midnight) => {
    const random = sim.random.fork(`newcomer/${midnight}`);
    if (!isWorkday(midnight) || administrator === undefined || random.chance(0.6)) return;
    sim.at(midnight + (9 + random.float() * 2) * hour, () => {
      const from = estate.workstationOf(administrator) ?? servers.jump;
      const admin = administrator.admin ?? { login: administrator.login, sid: administrator.sid };
      const login = `${random.pick(['j', 's', 'a', 'm', 'k'])}${random.pick(['harlow', 'quigley', 'stroud', 'navarro', 'bishop', 'ferris', 'oduya'])}`;
      const account = servers.dc1.account(login, `${company.domainSid}-${random.int(5000, 9000)}`);
      const far = reach(estate, from.account(admin.login, admin.sid), from, servers.dc1, {
        elevated: true,
        port: 389,
        lasts: 3 * minute,
      });
      accountChanged(sim, servers.dc1, 4720, far, account);
      sim.pass(2 * second);
      accountChanged(sim, servers.dc1, 4722, far, account);
      accountChanged(sim, servers.dc1, 4724, far, account);
      accountChanged(sim, servers.dc1, 4738, far, account);
      for (const group of ['Staff', 'VPN-Users', `Project-${random.pick(company.people).project}`]) {
        sim.pass(random.int(2, 9) * second);
        memberAdded(sim, servers.dc1, 4728, far, account, {
          name: group,
          sid: `${company.domainSid}-${3500 + random.int(0, 40)}`,
        });
      }
      sim.after(random.int(15, 110) * minute, () => firstDay(estate, account, random));
    });
  });
}

/** The newcomer's first session, on whatever machine stands free. */
function firstDay(estate: Estate, account: Account, random: Random): void {
  const { sim, company } = estate;
  const host = random.shuffled(estate.workstations).find((one) => one.on && one.console === undefined);
  if (host === undefined) return;
  logOnFailed(sim, host, account, 2, undefined);
  sim.pass(8 * second);
  authenticate(estate, account, host);
  const session = logOn(sim, host, account, 2, undefined);
  const first = run(
    sim,
    host,
    host.service('winlogon'),
    image('userinit'),
    'C:\\Windows\\system32\\userinit.exe',
    25 * second,
    { session },
  );
  const explorer = start(sim, host, first, image('explorer'), 'C:\\Windows\\Explorer.EXE');
  for (const name of ['onedrive', 'teams', 'outlook', 'msedge']) {
    sim.pass(random.int(2, 30) * second);
    const process = run(sim, host, explorer, image(name), `"${image(name).path}"`, random.int(20, 90) * minute);
    visit(sim, host, process, random.pick(company.internet.office));
  }
  sim.after(random.int(95, 200) * minute, () => {
    endSession(sim, host, session);
  });
}
