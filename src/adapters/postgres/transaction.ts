import { BridgewatchError } from '../../kernel/errors.ts';
import type { WrappingKey } from '../../ledger/subject-key.ts';
import type { Clock } from '../../ports/clock.ts';
import { withCanaries } from '../../ports/state/canaries.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { accessRows } from './access-rows.ts';
import { canaryRows } from './autonomy/canary-rows.ts';
import { autonomyRows } from './autonomy-rows.ts';
import { belowRows } from './below-rows.ts';
import type { Change } from './changes.ts';
import type { Queries } from './connection.ts';
import { determinationRows } from './determination-rows.ts';
import { findingRows } from './finding-rows.ts';
import { huntRows } from './hunt-rows.ts';
import { ledgerRows } from './ledger-rows.ts';
import { modelRows } from './model-rows.ts';
import { contextRows, policyRows } from './policy-rows.ts';
import { responseRows } from './response-rows.ts';
import { reviewRows } from './review-rows.ts';
import { connectorRows, secretRows } from './secret-rows.ts';
import { sourceRows } from './source-rows.ts';
import { counterRows, evidenceRows, idempotencyRows } from './tenant-rows.ts';
import { tuningRows } from './tuning-rows.ts';

/**
 * Runs `work` with a `StateTx` over `queries`, inside a transaction already begun. The connection goes back to the pool
 * when this returns, and another tenant's transaction may begin on it: so a call left running is waited for and fails the
 * transaction (`STATE_CALL_NOT_AWAITED`), and a call made afterwards is refused (`STATE_TRANSACTION_OVER`).
 */
export async function runTransaction<T>(
  queries: Queries,
  clock: Clock,
  wrapping: WrappingKey | null,
  work: (tx: StateTx) => Promise<T>,
): Promise<{ result: T; changes: Change[] }> {
  const changes = new Map<string, Change>();
  const changed = (tenant: string, kind: string, id: string): void => {
    changes.set(`${tenant} ${kind} ${id}`, { tenant, kind, id });
  };
  const running = new Set<Promise<unknown>>();
  let over = false;

  const inTime =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (over) {
        throw new BridgewatchError(
          'STATE_TRANSACTION_OVER',
          'The transaction has ended; open a new one with withTenants',
        );
      }
      const answer = call(...args);
      running.add(answer);
      try {
        return await answer;
      } finally {
        running.delete(answer);
      }
    };

  const allInTime = <Rows extends object>(rows: Rows): Rows =>
    Object.fromEntries(Object.entries(rows).map(([name, call]) => [name, inTime(call)])) as Rows;

  const ledger = ledgerRows(queries, clock, wrapping);
  const findings = findingRows(queries, changed);
  const determinations = determinationRows(queries, changed);
  const evidence = evidenceRows(queries);
  const counters = counterRows(queries);
  const idempotency = idempotencyRows(queries);
  const bare: StateTx = {
    ledger: {
      append: inTime(async (tenant, note) => {
        const entry = await ledger.append(tenant, note);
        // However many were written, the last one says how far the chain goes now.
        changes.set(`${tenant} ledger`, { tenant, kind: 'ledger', id: String(entry.seq) });
        return entry;
      }),
      list: inTime(ledger.list),
      ofSubject: inTime(ledger.ofSubject),
    },
    findings: {
      get: inTime(findings.get),
      page: inTime(findings.page),
      put: inTime(findings.put),
      rerank: inTime(findings.rerank),
      close: inTime(findings.close),
      alias: inTime(findings.alias),
      counts: inTime(findings.counts),
    },
    determinations: {
      append: inTime(determinations.append),
      reopen: inTime(determinations.reopen),
      ofFinding: inTime(determinations.ofFinding),
    },
    evidence: { put: inTime(evidence.put), get: inTime(evidence.get) },
    counters: {
      add: inTime(async (tenant, counts) => {
        await counters.add(tenant, counts);
        changed(tenant, 'counters', tenant);
      }),
      read: inTime(counters.read),
    },
    policy: allInTime(policyRows(queries, changed)),
    context: allInTime(contextRows(queries, changed)),
    below: allInTime(belowRows(queries, changed)),
    access: allInTime(accessRows(queries, changed)),
    review: allInTime(reviewRows(queries, changed)),
    response: allInTime(responseRows(queries, changed)),
    autonomy: allInTime(autonomyRows(queries, changed)),
    secrets: allInTime(secretRows(queries, changed)),
    connectors: allInTime(connectorRows(queries, changed)),
    sources: allInTime(sourceRows(queries, changed)),
    hunts: allInTime(huntRows(queries, changed)),
    models: allInTime(modelRows(queries, changed)),
    tuning: allInTime(tuningRows(queries, changed)),
    idempotency: { get: inTime(idempotency.get), put: inTime(idempotency.put) },
  };
  const tx = withCanaries(bare, allInTime(canaryRows(queries)));

  try {
    const result = await work(tx);
    if (running.size > 0) {
      throw new BridgewatchError(
        'STATE_CALL_NOT_AWAITED',
        `${running.size} calls were still running when the transaction's work returned; await them`,
      );
    }
    return { result, changes: [...changes.values()] };
  } finally {
    over = true;
    await Promise.allSettled(running);
  }
}
