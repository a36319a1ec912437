import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openThrowawayStore, type ThrowawayStore } from '../../../test/store.ts';
import { tuningProposal } from '../../../test/store-rows-tuning.ts';
import { lakeFolder, noon } from '../../../test/support/lake.ts';
import { AGENT, detectionsOn, jobRecord, RULE, ruleOf, threatRecord } from '../../../test/support/tuning.ts';
import { openWorkStore } from '../../adapters/sqlite/work-store.ts';
import type { TuningProposal } from '../../contracts/tuning.ts';
import type { StateTx } from '../../ports/state-store.ts';
import type { StoredDetection, WorkStore } from '../../ports/work-store.ts';
import { eventsOf } from './live.ts';
import { SettingAside } from './set-aside.ts';

const DAY = 86_400_000;
const cleanups: (() => unknown)[] = [];
let room: ThrowawayStore;
let work: WorkStore;
let jobs: readonly StoredDetection[];
let threat: StoredDetection;
let proposal: TuningProposal;

const filter = `title: not meant
logsource: { product: windows }
filter:
  rules: [${RULE}]
  selection: { Image: '${AGENT.replace('*', '\\*')}', User: CORP\\svc_deploy }
  condition: not selection
`;
const open = () =>
  new SettingAside({
    tenant: 'acme',
    store: room.store,
    work,
    ruleOf,
    clock: room.clock,
    eventsOf,
    warn: (text) => warned.push(text),
  });
const warned: string[] = [];
const isNew = () => true;
const numbers = (stored: readonly StoredDetection[]) => stored.map(({ sequence }) => sequence);
const inTenant = <T>(run: (tx: StateTx) => Promise<T>) => room.store.withTenants(['acme'], run);
const change = async (part: Partial<TuningProposal>) => {
  proposal = { ...proposal, ...part, revision: proposal.revision + 1 };
  await inTenant((tx) => tx.tuning.put(proposal));
};
const counts = () => inTenant(async (tx) => Object.fromEntries(await tx.tuning.counts('acme')));

beforeAll(async () => {
  room = await openThrowawayStore();
  room.clock.set(noon);
  await room.store.createTenant({ id: 'acme', name: 'Acme' });
  work = openWorkStore({
    path: join(
      lakeFolder((clean) => cleanups.push(clean)),
      'work',
    ),
  });
  const records = [jobRecord(1), jobRecord(2), jobRecord(3), jobRecord(4), threatRecord(5)];
  work.commit({
    detections: records.flatMap((record, at) =>
      detectionsOn(`e${at}`, record).map((detection) => ({
        detection,
        events: [{ id: `e${at}`, time: noon, source: 'winlog', lens: 'nxlog', raw: JSON.stringify(record) }],
      })),
    ),
  });
  const stored = work.detections(0, 10);
  jobs = stored.slice(0, 4);
  threat = stored[4] ?? fail();
  proposal = tuningProposal('acme', 'p1', {
    rule: { id: RULE, version: ruleOf(RULE)?.version ?? '', title: 'x' },
    filter,
  });
  await inTenant((tx) => tx.tuning.add(proposal));
  cleanups.push(
    () => work.close(),
    () => room.close(),
  );
});
afterAll(async () => {
  for (const clean of cleanups.toReversed()) await clean();
});
function fail(): never {
  throw new Error('the rule fired on less than was planted');
}

it('counts in shadow and keeps nothing from triage', async () => {
  const aside = open();
  expect(numbers(await aside.sift([...jobs.slice(0, 1), threat], isNew))).toEqual([1, 5]);
  // The same again counts once.
  await aside.sift(jobs.slice(0, 1), isNew);
  expect(await counts()).toEqual({ p1: { shadow: 1, suppressed: 0 } });
  aside.close();
});

it('sets aside once accepted, in the same process: what is new and meets it, and nothing else', async () => {
  const aside = open();
  await aside.sift(jobs.slice(0, 1), isNew);
  await change({ state: 'accepted', expiresAt: noon + DAY });
  const weighed = await aside.sift([...jobs.slice(0, 2), threat], ({ sequence }) => sequence > 1);
  expect(numbers(weighed)).toEqual([1, 5]);
  expect(await counts()).toEqual({ p1: { shadow: 1, suppressed: 1 } });
  const older = jobs.slice(2, 3).map((stored) => ({
    ...stored,
    detection: { ...stored.detection, detector: { ...stored.detection.detector, version: 'another' } },
  }));
  expect(numbers(await aside.sift(older, isNew))).toEqual([3]);
  aside.close();
});

it('holds after a restart; hides nothing new once it expired, and what it set aside stays so', async () => {
  const aside = open();
  expect(numbers(await aside.sift(jobs.slice(0, 2), () => false))).toEqual([1]);
  room.clock.set(noon + DAY);
  expect(numbers(await aside.sift(jobs.slice(0, 3), isNew))).toEqual([1, 3]);
  room.clock.set(noon + DAY - 1);
  expect(numbers(await aside.sift(jobs.slice(3), isNew))).toEqual([]);
  aside.close();
});

it('gives back what it set aside once it is lifted, once', async () => {
  const aside = open();
  expect(await aside.givenBack()).toEqual([]);
  await change({ state: 'lifted' });
  const back = await aside.givenBack();
  expect(numbers(back).toSorted()).toEqual([2, 4]);
  expect(numbers(await aside.sift(back, isNew))).toEqual(numbers(back));
  expect(await aside.givenBack()).toEqual([]);
  // It is on record that they were set aside.
  expect(await counts()).toEqual({ p1: { shadow: 1, suppressed: 2 } });
  aside.close();
});

it('a filter that cannot be read hides nothing, and says so', async () => {
  await inTenant((tx) =>
    tx.tuning.add({
      ...proposal,
      id: 'p2',
      filter: 'title: broken',
      state: 'accepted',
      expiresAt: noon + 9 * DAY,
      revision: 1,
    }),
  );
  const aside = open();
  expect(numbers(await aside.sift(jobs, isNew))).toEqual([1, 2, 3, 4]);
  expect(warned.join()).toContain('p2');
  aside.close();
});
