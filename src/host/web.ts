import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger } from 'fastify';
import { systemClock } from '../adapters/system-clock.ts';
import { plainText } from '../contracts/plain-text.ts';
import type { SourceRef } from '../contracts/source.ts';
import { buildServer } from '../http/server.ts';
import { lenses } from '../lenses/index.ts';
import type { Host } from './host.ts';
import { huntingOf } from './hunting.ts';
import { ingestHealth } from './ingest-health.ts';

const console_ = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'web', 'dist');

/** Of one finding, told in the story of its incident. */
const MOST_ACTIONS = 100;

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a host's API and console on loopback (or the address given). Port 0 takes a free one. */
export async function listen(
  host: Host,
  options: {
    port: number;
    address: string;
    publicUrl: string | null;
    log: FastifyBaseLogger;
    trustedProxies?: readonly string[];
  },
): Promise<Listening> {
  const { store, telemetry } = host;
  const app = await buildServer({
    store,
    auth: host.auth,
    clock: systemClock,
    decisionListeners: host.decisionListeners,
    reviewListeners: host.reviewListeners,
    autonomy: host.autonomy,
    models: host.models,
    tuning: host.tuning,
    ...(host.live === undefined
      ? {}
      : {
          sourceCounts: (source: SourceRef) => host.live?.ingest.intake.counters.of(source),
          hunting: huntingOf(host.live.ingest),
          ...ingestHealth(host.live, host.tenant.id, systemClock),
        }),
    eventsAtHand: (tenant, ids) => (tenant === host.tenant.id ? telemetry.evidence(ids) : []),
    summary: async (tenant) => {
      const [counts, findings] = await store.withTenants(
        [tenant],
        async (tx) => [await tx.counters.read(tenant), await tx.findings.counts(tenant)] as const,
      );
      const { events = 0, malformed = 0, detections = 0 } = counts;
      return {
        events,
        malformed,
        detections,
        findings,
        ingest: tenant === host.tenant.id ? telemetry.reading : { state: 'idle' },
      };
    },
    verifyLedger: async (tenant) => {
      const { chains } = await store.verifyLedger();
      const chain = chains.find((one) => one.tenant === tenant);
      const problem = chain?.problem ?? null;
      return {
        ok: problem === null,
        entries: chain?.entries ?? 0,
        ...(problem === null ? {} : { firstBad: { seq: problem.seq, why: `${problem.row}: ${problem.what}` } }),
      };
    },
    activityOf: ({ lens, raw }) => {
      const reader = lenses.find(({ name }) => name === lens);
      try {
        return reader === undefined ? null : reader.activity(JSON.parse(raw));
      } catch {
        // Kept raw as received; a record that is no JSON object has no activity to show.
        return null;
      }
    },
    respond: host.respond,
    actionsOn: async (tx, tenant, finding) => {
      const { items } = await tx.response.page(tenant, { finding }, null, MOST_ACTIONS);
      return items.map(({ kind, target, state, proposedBy, updatedAt }) => ({
        at: updatedAt,
        what: `${kind} of ${plainText(target.value, 120)}: ${state}`,
        by: proposedBy.name,
      }));
    },
    connectors: host.connectors,
    secrets: host.secrets,
    webRoot: existsSync(console_) ? console_ : null,
    log: options.log,
    publicUrl: options.publicUrl,
    ...(options.trustedProxies === undefined ? {} : { trustedProxies: options.trustedProxies }),
  });
  const url = await app.listen({ port: options.port, host: options.address });
  return { url, close: () => app.close() };
}
