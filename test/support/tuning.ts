import type { Finding } from '../../src/contracts/finding.ts';
import type { Disposition } from '../../src/contracts/investigation.ts';
import { createMatching } from '../../src/detect/index.ts';
import { readPast } from '../../src/host/tuning/past.ts';
import { tunedRules } from '../../src/host/tuning/rules.ts';
import { eventOf } from '../../src/ingest/index.ts';
import type { TuningParts } from '../../src/learn/index.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { LakeQueries } from '../../src/ports/lake.ts';
import type { StateStore } from '../../src/ports/state-store.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { findingLike } from '../http/finding.ts';
import { determination, stored } from '../store-rows.ts';
import { processStart } from './hunt-lake.ts';

export const RULE = 'b0f9a1d2-0000-4000-8000-000000000001';
const files = [
  {
    file: 'remote-command.yml',
    text: `title: Command run by a remote administration tool
id: ${RULE}
logsource: { product: windows, category: process_creation }
detection:
  tool: { Image|endswith: ['\\psexec.exe', '\\paexec.exe'] }
  condition: tool
level: high
`,
  },
];
const compiled = compileRules(files);
const detect = createMatching(compiled.engine, 'acme');

export const AGENT = 'C:\\Program Files\\Deploy*Tool\\psexec.exe';
export const ruleOf = tunedRules(files, compiled.rules);

/** A record of the deployment job that people keep calling false. */
export const jobRecord = (at: number, host = 'srv01') =>
  processStart(at, host, AGENT, `psexec.exe \\\\srv0${at % 7} install ${at}`, 'svc_deploy');
/** And of somebody who means harm with the same tool. */
export const threatRecord = (at: number, part: { host?: string; image?: string; user?: string } = {}) =>
  processStart(
    at,
    part.host ?? 'ws09',
    part.image ?? 'C:\\Users\\Public\\psexec.exe',
    'psexec.exe \\\\dc01 cmd',
    part.user ?? 'mallory',
  );

export function partsOf(
  store: Pick<StateStore, 'withTenants'>,
  clock: Clock,
  more: { queries?: LakeQueries; examples?: Awaited<ReturnType<TuningParts['examplesOf']>> } = {},
): TuningParts {
  return {
    store,
    clock,
    ruleOf,
    read: eventOf,
    examplesOf: async () => more.examples ?? [],
    ...(more.queries === undefined ? {} : { past: readPast(more.queries) }),
  };
}

/** The detections of the rule on a record. */
export function detectionsOn(id: string, record: object) {
  const event = eventOf({ id, time: 0, source: 'winlog', raw: JSON.stringify(record) });
  const matched = event === undefined ? undefined : detect({ ...event, time: event.lens.time(event.record) ?? 0 });
  if (matched === undefined) throw new Error(`the rule does not fire on ${JSON.stringify(record)}`);
  return matched.detections;
}

/** A finding of the rule on some records, shown and, where said, determined. */
export async function plant(
  store: Pick<StateStore, 'withTenants'>,
  id: string,
  records: readonly (readonly [event: string, record: object])[],
  verdict?: Disposition,
): Promise<Finding> {
  const detections = records.flatMap(([event, record]) => detectionsOn(event, record));
  const finding = findingLike({
    id,
    tenant: 'acme',
    title: `Remote command, ${id}`,
    detections,
    events: records.map(([event]) => event),
    reasons: [],
    firstEventAt: detections[0]?.at ?? 0,
  });
  await store.withTenants(['acme'], async (tx) => {
    await tx.evidence.put(
      'acme',
      records.map(([event, record]) => ({
        id: event,
        time: 0,
        lens: 'nxlog',
        file: 'winlog',
        line: 1,
        raw: JSON.stringify(record),
      })),
    );
    await tx.findings.put(stored(finding));
    if (verdict !== undefined)
      await tx.determinations.append(determination('acme', id, `d-${id}`, { verdict, reason: 'x', recommended: null }));
  });
  return finding;
}
