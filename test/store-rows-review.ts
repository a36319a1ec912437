import type { StateTx } from '../src/ports/state-store.ts';

/** At least one row of `tenant` in every table of review. Finding f1 at revision 1 is there. */
export async function fillReviewTables(tx: StateTx, tenant: string): Promise<void> {
  const { review } = tx;
  const by = { id: 'ann', name: 'Ann', at: 400 };
  await review.assignBlind({ tenant, finding: 'f1', why: 'sample', share: 0.1, at: 100 }, 0.5);
  await review.openTask({
    id: 'task-1',
    tenant,
    finding: 'f1',
    revision: 1,
    kind: 'second',
    share: 0.1,
    against: 'threat',
    excludes: ['ann'],
    createdAt: 200,
    dueAt: 900,
  });
  await review.disclose(tenant, 'f1', 'ann', 400);
  await review.openIncident({
    id: 'incident-1',
    tenant,
    finding: 'f1',
    determination: 'd1',
    state: 'open',
    openedAt: 200,
    beganAt: 1,
    containedAt: null,
    closedAt: null,
    closedBy: null,
    rootCause: null,
    shouldHaveFired: null,
    withdrawnAt: null,
  });
  await review.acknowledge(tenant, 'f1', by, false);
  await review.assign(tenant, 'f1', { id: 'ann', name: 'Ann' }, by);
  await review.comment(tenant, { id: 'comment-1', finding: 'f1', by, at: 400, text: 'Asked the owner' });
  await review.startWait(tenant, 'f1', by, 'the owner is asked');
  await review.split(tenant, [{ detection: 'x1', from: 'f1', into: 'f1' }], by);
  await review.addShift({
    id: 'shift-1',
    tenant,
    account: 'ann',
    name: 'Ann',
    duty: 'on_call',
    startsAt: 1,
    endsAt: 1000,
    contact: 'ann@example.test',
    withdrawnAt: null,
  });
  await review.addPage({
    tenant,
    finding: 'f1',
    step: 0,
    account: 'ann',
    contact: 'ann@example.test',
    at: 300,
    sentAt: null,
    tries: 0,
  });
}
