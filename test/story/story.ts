import type { Disposition } from '../../src/contracts/investigation.ts';
import { type ClassView, classView, plant, setLevel, signGrant, stepUp } from '../../src/decide/index.ts';
import { BENIGN, type Company, DAY, type Day, FAMILY, hostOf, KEY, openCompany, people, TENANT } from './company.ts';
import { openOutside } from './containment.ts';
import { responder } from './respond.ts';
import { automate, decideAll, markSeeded, review } from './shift.ts';

const FIRST = Date.UTC(2026, 2, 2);
const SCRIPTS_A_DAY = 9;
/** Known threats a day while the class earns: 59 without a miss in the fifteen days it needs at the least. */
const SEEDED_A_DAY = 4;
/** A class that has not earned by now has not earned; the story then fails instead of going on for ever. */
const LONGEST = 60;
const STOLEN = 'bob';

export interface Outcome {
  readonly earnedOnDay: number;
  readonly cases: number;
  readonly seededFound: string;
  readonly steps: readonly number[];
  readonly closedByGrant: number;
  readonly reviewedClean: number;
  readonly demotedFor: string;
  /** From the first wrong closure to the demotion. */
  readonly hoursToDemotion: number;
  readonly reviewsToDemotion: number;
  readonly reopened: number;
  readonly levelAfter: number;
  readonly reviewSaid: Disposition | null;
  /** Before and after containment was seen to hold. */
  readonly incident: readonly string[];
  readonly actions: Readonly<Record<string, readonly string[]>>;
  /** Before containment, contained, undone; null where the system is not here and was only rehearsed. */
  readonly signIn: readonly (boolean | null)[];
  readonly reachable: readonly (boolean | null)[];
  readonly openLineCut: boolean | null;
  readonly rehearsed: readonly string[];
  readonly ledger: { readonly entries: number; readonly verified: boolean };
  /** Ledger types of the tenant's chain with how often each stands there. */
  readonly told: Readonly<Record<string, number>>;
}

/** A class earns autonomy, loses it to an attacker who hides in it, and the attacker is contained: from telemetry to the verified ledger. */
export async function playStory(say: (line: string) => void, seed = 1): Promise<Outcome> {
  const company = await openCompany(seed);
  try {
    return await play(company, say);
  } finally {
    await company.close();
  }
}

async function play(company: Company, say: (line: string) => void): Promise<Outcome> {
  const { within, parts, clock } = company;
  clock.set(FIRST);
  const threats = new Set<string>();
  const truth = (id: string): Disposition => (threats.has(id) ? 'threat' : 'benign');
  const view = (): Promise<ClassView> =>
    within(async (tx) => {
      const each = await tx.autonomy.class(TENANT, KEY);
      if (each === null) throw new Error(`no class ${KEY}`);
      return classView(tx, parts, each, people.lee.id);
    });
  const workDay = (
    n: number,
    part: { intruders?: number; inCover?: { host: string; user: string }[] } = {},
  ): Promise<Day> =>
    company.day({
      day: FIRST + n * DAY,
      scripts: SCRIPTS_A_DAY,
      intruders: part.intruders ?? 0,
      inCover: part.inCover ?? [],
    });

  say(`Lee Lead puts ${KEY} into shadow: people now decide its family blind`);
  await within((tx) =>
    setLevel(tx, parts, { tenant: TENANT, family: FAMILY, subject: BENIGN, level: 1, by: people.lee }),
  );

  let day = 0;
  let standing = await view();
  for (; !standing.dossier.open.includes(4); day++) {
    if (day >= LONGEST) throw new Error(`not earned after ${LONGEST} days: ${missing(standing)}`);
    const shown = await workDay(day, { intruders: SEEDED_A_DAY });
    for (const { id, entities } of shown.findings) {
      if (entities.some(({ kind, value }) => kind === 'host' && shown.seededHosts.includes(value))) threats.add(id);
    }
    await markSeeded(company, shown);
    await automate(company);
    const said = await decideAll(company, truth);
    if (said.some(({ blind }) => !blind)) throw new Error('a determination in shadow was not blind');
    await review(company, truth);
    standing = await view();
    if (day % 5 === 0) say(`  day ${day + 1}: ${standing.dossier.standing.record.cases} cases; ${missing(standing)}`);
  }
  const { record, figures } = standing.dossier.standing;
  for (const { said } of standing.dossier.requirements) say(`  ${said}`);
  const grant = await within((tx) =>
    signGrant(tx, parts, { tenant: TENANT, key: KEY, level: 4, seen: standing.dossier.digest, by: people.lee }),
  );
  say(
    `Day ${day}: Lee Lead signs level 4, at a tenth of the class, until ${new Date(grant.expiresAt).toISOString().slice(0, 10)}`,
  );
  const earnedOnDay = day;

  const steps: number[] = [0.1];
  let closedByGrant = 0;
  let reviewedClean = 0;
  for (let atFull = 0; atFull < 5; day++) {
    if (day >= 2 * LONGEST) throw new Error('the ramp did not come to its end');
    await workDay(day);
    const round = await automate(company);
    if (round.demoted.length > 0)
      throw new Error(`demoted without a reason in the story: ${JSON.stringify(round.demoted)}`);
    closedByGrant += round.closed;
    await decideAll(company, truth);
    reviewedClean += await review(company, truth);
    if (steps.at(-1) === 1) atFull += 1;
    const next = await within((tx) => stepUp(tx, parts, TENANT, KEY, people.lee)).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('AUTONOMY_')) return null;
      throw error;
    });
    if (next !== null) {
      steps.push(next.exposure);
      say(`Day ${day + 1}: re-tested; the grant goes on to ${next.exposure * 100} %`);
    }
  }
  say(`The AI closed ${closedByGrant}; ${reviewedClean} of them were reviewed blind, and nothing was wrong`);

  // The attacker has watched: the same script, by an account that runs it, on machines where it ran.
  const known = grant.coverage.entities.filter((each) => each.startsWith('host|')).map((each) => each.slice(5));
  const [lair = '', second = '', bait = ''] = known;
  const attack = await workDay(day, { inCover: [lair, second].map((host) => ({ host, user: STOLEN })) });
  const ofAttacker = attack.findings.filter(
    (finding) => [lair, second].includes(hostOf(finding)) && nightly(finding, day),
  );
  for (const { id } of ofAttacker) threats.add(id);
  await automate(company);
  const wrongly = await within((tx) => tx.autonomy.closures(TENANT, { key: KEY, state: 'closed' }, 500));
  const hidden = wrongly.filter(({ finding }) => ofAttacker.some(({ id }) => id === finding));
  if (hidden.length === 0) throw new Error('the attacker did not get into the cover');
  const firstWrong = Math.min(...hidden.map(({ closedAt }) => closedAt ?? Number.POSITIVE_INFINITY));
  say(
    `Day ${day + 1}: ${STOLEN}'s account is stolen; the attacker does just what the help desk does, and the AI closes it`,
  );
  await decideAll(company, truth);
  day += 1;

  // A known threat in the same cover: nothing in the telemetry says so, and the AI cannot read the mark.
  const trap = await workDay(day, { inCover: [{ host: bait, user: STOLEN }] });
  const canary = trap.findings.find((finding) => hostOf(finding) === bait && nightly(finding, day));
  if (canary === undefined) throw new Error('the known threat was not shown');
  threats.add(canary.id);
  await within((tx) =>
    plant(tx, parts, {
      tenant: TENANT,
      finding: canary.id,
      material: 'the script in a stolen account',
      by: people.kim,
    }),
  );
  await automate(company);
  const demotion = await within(async (tx) => (await tx.autonomy.changes(TENANT, KEY, 1))[0]);
  const after = await within((tx) => tx.autonomy.class(TENANT, KEY));
  const reopened = await within((tx) => tx.autonomy.closures(TENANT, { key: KEY, state: 'reopened' }, 500));
  const reviewsToDemotion = await within(
    async (tx) =>
      (await tx.review.tasks(TENANT, { state: 'done', kinds: ['audit'] }, 500)).filter(
        ({ opinion }) => (opinion?.at ?? 0) >= firstWrong && (opinion?.at ?? 0) <= (demotion?.at ?? 0),
      ).length,
  );
  say(
    `Day ${day + 1}: ${demotion?.said}. The class is back at level ${after?.level}; ${reopened.length} closures are open again`,
  );

  // Cleo reviews what the grant had closed and does not know that the window was opened again; then Ana decides.
  await review(company, truth, people.cleo);
  const looked = await within((tx) => tx.review.tasks(TENANT, { finding: hidden[0]?.finding ?? '' }, 10));
  const reviewSaid = looked.find(({ opinion }) => opinion !== null)?.opinion?.verdict ?? null;
  await decideAll(company, truth, [people.ana, people.ben]);
  const [incident] = await within((tx) => tx.review.incidentsOf(TENANT, hidden[0]?.finding ?? ''));
  say(`The attacker's finding on ${lair} is determined a threat; an incident is open`);

  const contained = await contain(company, say, hidden[0]?.finding ?? '', lair);
  const [end] = await within((tx) => tx.review.incidentsOf(TENANT, hidden[0]?.finding ?? ''));
  const ledger = await company.store.verifyLedger();
  const told = await toldIn(company);
  say(`The ledger fits: ${ledger.entries} entries`);
  return {
    earnedOnDay,
    cases: record.cases,
    seededFound: `${figures.seeded.threats - figures.seeded.misses} of ${figures.seeded.threats}`,
    steps,
    closedByGrant,
    reviewedClean,
    demotedFor: demotion?.cause ?? '',
    hoursToDemotion: ((demotion?.at ?? Number.POSITIVE_INFINITY) - firstWrong) / 3_600_000,
    reviewsToDemotion,
    reopened: reopened.length,
    levelAfter: after?.level ?? -1,
    reviewSaid,
    incident: [incident?.state ?? 'none', end?.state ?? 'none'],
    ...contained,
    ledger: { entries: ledger.entries, verified: ledger.verified },
    told,
  };
}

/** Account locked in the directory, machine cut off by its firewall: each approved by two people, seen to hold, and undone. */
async function contain(company: Company, say: (line: string) => void, finding: string, host: string) {
  const outside = await openOutside(company, host, STOLEN);
  try {
    for (const line of outside.rehearsed) say(`  ${line}`);
    const respond = responder(company, outside);
    const states: Record<string, string[]> = {};
    const note = ({ kind, state }: { kind: string; state: string }) => {
      states[kind] = [...(states[kind] ?? []), state];
    };
    const signIn = [await outside.canSignIn()];
    const reachable = [await outside.reachable()];
    const proposed = [
      await respond.propose(finding, 'disable_account', { kind: 'user', value: STOLEN }, people.ana),
      await respond.propose(finding, 'isolate_host', { kind: 'host', value: host }, people.ana),
    ];
    const done = [];
    for (const action of proposed) {
      note(action);
      note(await respond.approve(action, people.ben));
      note(await respond.approve(action, people.lee));
      done.push(await respond.settle(action, ['verified', 'failed']));
    }
    for (const action of done) note(action);
    signIn.push(await outside.canSignIn());
    reachable.push(await outside.reachable());
    const alive = await outside.openLineLives();
    say(`Contained, approved by two people each: ${done.map(({ kind, state }) => `${kind} ${state}`).join(', ')}`);
    for (const action of done) {
      await respond.undo(action, people.ana);
      note(await respond.settle(action, ['undone', 'failed']));
    }
    signIn.push(await outside.canSignIn());
    reachable.push(await outside.reachable());
    say('Undone once the account had a new password and the machine was clean');
    return {
      actions: states,
      signIn,
      reachable,
      openLineCut: alive === null ? null : !alive,
      rehearsed: outside.rehearsed,
    };
  } finally {
    await outside.stop();
  }
}

const missing = ({ dossier }: ClassView): string =>
  dossier.requirements
    .filter(({ met }) => !met)
    .map(({ said }) => said)
    .join(' ');

/** Before the help desk comes in. */
const nightly = ({ firstEventAt }: { firstEventAt: number }, day: number): boolean =>
  firstEventAt < FIRST + day * DAY + 6 * 3_600_000;

async function toldIn({ within }: Company): Promise<Record<string, number>> {
  const told: Record<string, number> = {};
  for (let after = 0; ; ) {
    const page = await within((tx) => tx.ledger.list(TENANT, after, 1000));
    for (const { entry } of page) told[entry.type] = (told[entry.type] ?? 0) + 1;
    const last = page.at(-1);
    if (last === undefined) return told;
    after = last.entry.seq;
  }
}
