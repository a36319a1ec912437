import { z } from 'zod';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { type Access, accessOf } from '../access.ts';
import type { App } from '../app.ts';
import type { ServerDeps } from '../deps.ts';
import { LessonView } from '../model-views.ts';
import { readerOf } from '../sight.ts';
import { foundFinding } from './findings.ts';
import { Id } from './params.ts';

const OfDetermination = z.object({ t: Id, id: Id, d: Id });

/** What a verdict taught. */
export function lessonRoutes(app: App, { store }: Pick<ServerDeps, 'store'>): void {
  app.route({
    method: 'GET',
    url: '/api/v1/tenants/:t/findings/:id/determinations/:d/lesson',
    config: { needs: 'findings.read' },
    schema: {
      tags: ['models', 'findings'],
      summary: 'What a determination taught the challenger, and which open findings it would move',
      params: OfDetermination,
      response: { 200: LessonView },
    },
    handler: async (request) => {
      const access = accessOf(request);
      const { id, d } = request.params;
      return store.withTenants([access.tenant.id], (tx) => lessonFor(tx, access, id, d));
    },
  });
}

async function lessonFor(tx: StateTx, access: Access, id: string, d: string): Promise<z.infer<typeof LessonView>> {
  const { id: tenant } = access.tenant;
  const { finding } = await foundFinding(tx, tenant, id);
  const history = await tx.determinations.ofFinding(tenant, finding.id);
  const determination = history.find((each) => each.id === d);
  // Whoever may be asked for an opinion of their own is not told that there is one.
  const hidden = await tx.review.withheld(tenant, readerOf(access), [finding.id]);
  if (determination === undefined || hidden.has(finding.id)) {
    throw new BridgewatchError(
      'DETERMINATION_UNKNOWN',
      `no determination "${d}" on this finding; ids come from its history`,
      404,
    );
  }
  const example = await tx.models.example(tenant, d);
  if (example === null) return { state: 'nothing', why: whyNothing(determination.verdict) };
  if (example.features === null)
    return { state: 'nothing', why: 'A person had found it: it counts as a threat that was missed' };
  const lesson = await tx.models.lesson(tenant, d);
  const superseded = example.supersededAt !== null;
  if (lesson === null)
    return superseded ? { state: 'nothing', why: 'It was reversed before it was learned' } : { state: 'learning' };
  const withheld = await tx.review.withheld(
    tenant,
    readerOf(access),
    [...lesson.open, ...lesson.findings].map((each) => each.id),
  );
  const titles = new Map(finding.detections.map(({ detector }) => [detector.id, detector.title]));
  const open: ((typeof lesson.open)[number] & { title: string })[] = [];
  for (const each of lesson.open) {
    if (withheld.has(each.id)) continue;
    const other = (await tx.findings.get(tenant, each.id))?.finding;
    if (other === undefined) continue;
    open.push({ ...each, title: other.title });
    for (const { detector } of other.detections) titles.set(detector.id, detector.title);
  }
  const { tenant: _tenant, ...told } = lesson;
  return {
    state: 'taught',
    superseded,
    lesson: {
      ...told,
      detectors: told.detectors.map((each) => ({ ...each, title: titles.get(each.id) ?? null })),
      findings: told.findings.filter((each) => !withheld.has(each.id)),
      open,
    },
  };
}

function whyNothing(verdict: string): string {
  if (verdict === 'inconclusive') return 'Inconclusive says neither that it is a threat nor that it is none';
  return 'It is no example: a planted threat, or a finding from before the model kept what it weighed';
}
