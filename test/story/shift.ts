import type { Disposition } from '../../src/contracts/investigation.ts';
import { plant, recordDetermination, recordOpinion, tickAutonomy } from '../../src/decide/index.ts';
import { type Company, type Day, hostOf, type Person, people, TENANT } from './company.ts';

const reasons: Record<Disposition, string> = {
  threat: 'compromised account',
  benign: 'authorised administration',
  false_positive: 'data error',
  inconclusive: 'telemetry gap',
};

/** Who knows what really happened on a machine that day: a call to the help desk, made by whoever decides. */
export type Truth = (finding: string) => Disposition;

/** Marks the seeded findings of a day as known threats, before anybody decides. The telemetry and the AI know nothing of it. */
export async function markSeeded(company: Company, day: Day): Promise<number> {
  const seeded = day.findings.filter((finding) => day.seededHosts.includes(hostOf(finding)) && isIntruders(finding));
  for (const { id } of seeded) {
    await company.within((tx) =>
      plant(tx, company.parts, {
        tenant: TENANT,
        finding: id,
        material: 'recorded hands-on discovery',
        by: people.kim,
      }),
    );
  }
  return seeded.length;
}

const isIntruders = ({ entities }: Day['findings'][number]): boolean =>
  entities.some(({ kind, value }) => kind === 'user' && value === 'svc-print');

/** Analysts in turn decide every open finding as they found it to be. Returns what they said. */
export async function decideAll(
  company: Company,
  truth: Truth,
  by: readonly Person[] = [people.ana, people.ben],
): Promise<{ finding: string; verdict: Disposition; blind: boolean }[]> {
  const open = await company.within((tx) => tx.findings.page(TENANT, { status: 'open' }, null, 200));
  const said: { finding: string; verdict: Disposition; blind: boolean }[] = [];
  for (const [n, { finding, reviews }] of open.items.entries()) {
    const verdict = truth(finding.id);
    const person = by[n % by.length] ?? people.ana;
    const { blind } = await company.within((tx) =>
      recordDetermination(
        tx,
        company.clock,
        {
          tenant: TENANT,
          findingId: finding.id,
          expectedRevision: finding.revision,
          expectedReviews: reviews,
          verdict,
          reason: reasons[verdict],
          note: '',
          by: person,
          fromSession: true,
        },
        [company.listener],
      ),
    );
    said.push({ finding: finding.id, verdict, blind });
  }
  return said;
}

/** Somebody else looks, blind, at everything that waits for a second pair of eyes. */
export async function review(company: Company, truth: Truth, by: Person = people.cleo): Promise<number> {
  const tasks = await company.within((tx) =>
    tx.review.tasks(TENANT, { state: 'open', kinds: ['audit', 'label', 'second'] }, 500),
  );
  let done = 0;
  for (const task of tasks) {
    if (task.excludes.includes(by.id)) continue;
    await company.within(async (tx) => {
      // What an earlier opinion of this round ended needs nobody any more.
      if ((await tx.review.task(TENANT, task.id))?.state !== 'open') return;
      const stored = await tx.findings.get(TENANT, task.finding);
      const verdict = truth(task.finding);
      await recordOpinion(
        tx,
        company.clock,
        {
          tenant: TENANT,
          task: task.id,
          expectedRevision: stored?.finding.revision ?? 0,
          verdict,
          reason: reasons[verdict],
          note: '',
          by,
          reader: { account: by.id, reviews: true, adjudicates: false },
        },
        { decision: [company.listener], review: [company.listener] },
      );
      done += 1;
    });
  }
  return done;
}

/** One round of what runs without a person, an hour after the day's findings became visible. */
export async function automate(company: Company): Promise<Awaited<ReturnType<typeof tickAutonomy>>> {
  company.clock.set(company.clock.now() + 3_600_000);
  await company.watch.look();
  const round = await tickAutonomy(company.parts, TENANT);
  if (round.failed.length > 0) throw new Error(round.failed.join('\n'));
  return round;
}
