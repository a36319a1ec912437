import { type Draft, processRef } from './activity.ts';
import { address, userName } from './names.ts';

type Fill = (made: Draft, found: RegExpExecArray) => void;

/** A message's wording and what it says. Each is anchored at its start: what a user typed stands later and must not be read as the program's. */
interface Wording {
  readonly form: RegExp;
  readonly fill: Fill;
}

const logon =
  (success: boolean): Fill =>
  (made, [, user, from]) => {
    made.kind = success ? 'logon' : 'logon_failure';
    made.outcome = success ? 'success' : 'failure';
    made.user = userName(user);
    made.sourceAddress = address(from);
  };

const became =
  (success: boolean): Fill =>
  (made, [, target, user]) => {
    made.kind = success ? 'logon' : 'logon_failure';
    made.outcome = success ? 'success' : 'failure';
    made.user = userName(user);
    made.targetUser = userName(target);
  };

const account: Fill = (made, [, user]) => {
  made.kind = 'account_change';
  made.targetUser = userName(user);
};

const pamFailure: Wording = {
  form: /^pam_\w+\([\w-]+:auth\): authentication failure;(?=(?:.{0,300}? rhost=([\w.:-]{1,255}))?)(?=(?:.{0,400}? user=(\S{1,255}))?)/,
  fill: (made, [, from, user]) => {
    made.kind = 'logon_failure';
    made.outcome = 'failure';
    made.user = userName(user);
    made.sourceAddress = address(from);
  },
};

const sshd: readonly Wording[] = [
  { form: /^Accepted \S+ for (\S+) from (\S+)/, fill: logon(true) },
  { form: /^Failed \S+ for (?:invalid user )?(\S+) from (\S+)/, fill: logon(false) },
  { form: /^Invalid user (\S*) from (\S+)/, fill: logon(false) },
  { form: /^Connection (?:closed|reset) by authenticating user (\S+) (\S+)/, fill: logon(false) },
  pamFailure,
];

const su: readonly Wording[] = [
  { form: /^\(to (\S+)\) (\S+) on /, fill: became(true) },
  { form: /^FAILED SU \(to (\S+)\) (\S+) on /, fill: became(false) },
  { form: /^Successful su for (\S+) by (\S+)/, fill: became(true) },
  { form: /^FAILED su for (\S+) by (\S+)/, fill: became(false) },
  pamFailure,
];

const sudo: readonly Wording[] = [
  {
    // The first USER= and COMMAND= are sudo's own; later ones may be arguments of the command.
    form: /^\s*(\S+) : (?:(?!TTY=)([^;=]{1,200}) ; )?.{0,2000}?USER=(\S+) ; (?:(?:GROUP|ENV|TSID)=[^;]{0,500} ; ){0,3}COMMAND=(.*)$/s,
    fill: (made, [, user, refusal, target, command]) => {
      made.user = userName(user);
      made.targetUser = userName(target);
      // `user NOT in sudoers`, `3 incorrect password attempts`: nothing was run.
      made.kind = refusal === undefined ? 'process_start' : 'logon_failure';
      made.outcome = refusal === undefined ? 'success' : 'failure';
      made.process = processRef(made.host, undefined, undefined, command?.split(' ')[0], command);
    },
  },
  pamFailure,
];

const cron: readonly Wording[] = [
  {
    form: /^\((\S+)\) CMD \(\s*(.*)\)$/s,
    fill: (made, [, user, command]) => {
      made.kind = 'process_start';
      made.user = userName(user);
      made.process = processRef(made.host, undefined, undefined, command?.split(' ')[0], command);
    },
  },
  {
    form: /^\((\S+)\) (?:BEGIN EDIT|REPLACE|END EDIT|RELOAD) \((\S+)\)/,
    fill: (made, [, user, target]) => {
      made.kind = 'task';
      made.user = userName(user);
      made.object = target;
    },
  },
];

const table: Readonly<Record<string, readonly Wording[]>> = {
  sshd,
  'sshd-session': sshd,
  'sshd-auth': sshd,
  su,
  sudo,
  cron,
  crond: cron,
  crontab: cron,
  useradd: [{ form: /^new user: name=([^,\s]{1,255})/, fill: account }],
  userdel: [{ form: /^delete user '([^']{1,255})'/, fill: account }],
  usermod: [{ form: /^add '([^']{1,255})' to (?:shadow )?group/, fill: account }],
  passwd: [{ form: /^pam_unix\(passwd:chauthtok\): password changed for (\S+)/, fill: account }],
};

/** What a daemon's message says, into the activity; untouched where the wording is none that is known. */
export function fillFromMessage(made: Draft, program: string | undefined, message: string): void {
  if (program === undefined || !Object.hasOwn(table, program)) return;
  for (const { form, fill } of table[program] ?? []) {
    const found = form.exec(message);
    if (found === null) continue;
    fill(made, found);
    return;
  }
}
