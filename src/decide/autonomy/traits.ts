import { type Entity, type EntityKind, tellingKinds } from '../../contracts/entity.ts';
import type { Finding } from '../../contracts/finding.ts';
import type { StateTx } from '../../ports/state-store.ts';
import type { Traits } from '../../reliability/index.ts';

/** Events of a finding that are kept with it: a larger one cannot be known whole. */
const EVENTS_KEPT = 500;

export interface FindingTraits extends Traits {
  /** The entity it is about. */
  readonly entity: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Every event is at hand, so that the sources are all of them. */
  readonly whole: boolean;
}

/** What a finding is made of, as far as a grant asks. Entities: those of telling kinds, as `kind|value`. Sources: the lenses its events were read by. */
export async function traitsOf(tx: StateTx, finding: Finding): Promise<FindingTraits> {
  const { sources, known } = await tx.autonomy.sourcesOf(finding.tenant, finding.events.slice(0, EVENTS_KEPT));
  return {
    entity: mainEntity(finding),
    detectors: [...new Set(finding.detections.map(({ detector }) => detector.id))].sort(),
    versions: Object.fromEntries(finding.detections.map(({ detector }) => [detector.id, detector.version])),
    techniques: [...new Set(finding.techniques)].sort(),
    entities: [...new Set(finding.entities.filter(({ kind }) => tellingKinds.has(kind)).map(nameOf))].sort(),
    sources,
    whole: known === new Set(finding.events).size,
  };
}

const order: readonly EntityKind[] = ['host', 'user', 'cloud_principal', 'cloud_resource', 'address', 'domain'];

/**
 * The entity a finding is about: its host, else its user, else its principal, resource, address, domain; of several, the one that most of its
 * detections name, then the first by name. Without any, it stands for itself.
 */
function mainEntity({ id, entities, detections }: Finding): string {
  const kind = order.find((each) => entities.some((entity) => entity.kind === each));
  const named = (entity: Entity): number =>
    detections.filter((each) => each.entities.some((own) => nameOf(own) === nameOf(entity))).length;
  const [first] = entities
    .filter((entity) => entity.kind === kind)
    .toSorted((a, b) => named(b) - named(a) || (a.value < b.value ? -1 : 1));
  return first === undefined ? `finding|${id}` : nameOf(first);
}

function nameOf({ kind, value }: Entity): string {
  return `${kind}|${value}`;
}
