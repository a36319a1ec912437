import type { Detection, MatchedField } from '../../../contracts/detection.ts';
import type { EventOrigin } from '../../../contracts/event.ts';
import { plainText } from '../../../contracts/plain-text.ts';
import { stableId } from '../../../kernel/ids.ts';
import type { UpkeepBody } from '../watch.ts';
import { baseline, baselineVersion, isoMinute } from './baseline.ts';
import { type Ended, Filling, type SavedFilling } from './filling.ts';

const HOUR = 3_600_000;
/** What workers saw is told some seconds later: an hour is judged when it is so long over. */
const TOLD_WITHIN = 60_000;
/** Fields watched in all, and of one group of events. */
const FIELDS = 50_000;
const FIELDS_OF_A_GROUP = 200;
const NAMED = 50;
const NAME_LIMIT = 100;

interface Group {
  readonly tenant: string;
  readonly source: string;
  readonly lens: string;
  readonly group: string;
  readonly fields: Map<string, Filling>;
}

interface End extends Ended {
  readonly group: string;
  readonly field: string;
}

/** How often a field of like events of a source is filled. */
export interface FieldFill {
  readonly lens: string;
  readonly kind: string;
  readonly field: string;
  readonly share: number;
  /** It was filled, ceased to be, and has not come back. */
  readonly hasEnded: boolean;
}

type SavedGroup = readonly [string, string, string, string, readonly (readonly [string, SavedFilling])[]];
interface Saved {
  readonly hour: number;
  readonly groups: readonly SavedGroup[];
}

/**
 * Watches which fields are filled, by source, lens, kind of activity and Sigma logsource: a field that ceases to be filled blinds rules
 * without a word. Ends of one source in one hour are one detection.
 */
export class Fill {
  readonly #fieldsFor: (origin: EventOrigin) => ReadonlyMap<string, number>;
  readonly #groups = new Map<string, Group>();
  #count = 0;
  #hour = 0;

  /** @param fieldsFor fields that the loaded rules look at in events of an origin -> how many do */
  constructor(fieldsFor: (origin: EventOrigin) => ReadonlyMap<string, number>) {
    this.#fieldsFor = fieldsFor;
  }

  take(tenant: string, { source, lens, samples, receivedAt }: UpkeepBody): void {
    const hour = Math.floor(receivedAt / HOUR);
    for (const { group: name, events, filled } of samples) {
      const group = this.#group(tenant, source, lens, name);
      for (const field of Object.keys(filled)) this.#watch(group, field);
      for (const [field, filling] of group.fields) filling.see(events, filled[field] ?? 0, hour);
    }
  }

  advance(receivedAt: number): readonly Detection[] {
    const hour = Math.floor((receivedAt - TOLD_WITHIN) / HOUR);
    if (hour <= this.#hour) return [];
    this.#hour = hour;
    const ends = new Map<string, { readonly of: Group; readonly ends: End[] }>();
    for (const group of this.#groups.values()) {
      for (const [field, filling] of group.fields) {
        const ended = filling.closeHour();
        if (ended === undefined) continue;
        const key = `${group.tenant}|${group.source}|${group.lens}`;
        const found = ends.get(key) ?? { of: group, ends: [] };
        ends.set(key, found);
        found.ends.push({ ...ended, group: group.group, field });
      }
    }
    return [...ends.values()].map(({ of, ends: found }) => this.#detection(of, found));
  }

  fieldsOf(tenant: string, source: string): FieldFill[] {
    return [...this.#groups.values()]
      .filter((group) => group.tenant === tenant && group.source === source)
      .flatMap(({ lens, group, fields }) =>
        [...fields].map(([field, filling]) => ({
          lens,
          kind: partsOf(group).kind,
          field,
          share: filling.share,
          hasEnded: filling.hasEnded,
        })),
      );
  }

  /** Rules that see nothing of a source (of a lens of it, where given) that no longer sends, by the Sigma logsources of what it sent. */
  blindTo(tenant: string, source: string, lens?: string): MatchedField[] {
    const byOrigin = new Map<string, number>();
    for (const group of this.#groups.values()) {
      if (group.tenant !== tenant || group.source !== source || (lens !== undefined && group.lens !== lens)) continue;
      const { origin } = partsOf(group.group);
      // A rule may look at several fields, so that their counts do not add up.
      byOrigin.set(whereOf(origin), Math.max(0, ...this.#fieldsFor(origin).values()));
    }
    return [...byOrigin]
      .filter(([, rules]) => rules > 0)
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, NAMED)
      .map(([where, rules]) => ({
        selection: 'blind',
        field: plainText(where, NAME_LIMIT),
        value: `at least ${rulesLoaded(rules)}`,
        pattern: 'read what it sent',
      }));
  }

  snapshot(): unknown {
    const saved: Saved = {
      hour: this.#hour,
      groups: [...this.#groups.values()].map(({ tenant, source, lens, group, fields }) => [
        tenant,
        source,
        lens,
        group,
        [...fields].map(([field, filling]) => [field, filling.save()] as const),
      ]),
    };
    return saved;
  }

  restore(snapshot: unknown): void {
    const { hour, groups } = snapshot as Saved;
    this.#hour = hour;
    for (const [tenant, source, lens, name, fields] of groups) {
      const group = this.#group(tenant, source, lens, name);
      for (const [field, saved] of fields) this.#watch(group, field)?.load(saved);
    }
  }

  #group(tenant: string, source: string, lens: string, group: string): Group {
    const key = `${tenant}|${source}|${lens}|${group}`;
    let known = this.#groups.get(key);
    if (known === undefined) {
      known = { tenant, source, lens, group, fields: new Map() };
      // Without room for a field it will watch none, and is not kept.
      if (this.#count < FIELDS) this.#groups.set(key, known);
    }
    return known;
  }

  #watch({ fields }: Group, field: string): Filling | undefined {
    let filling = fields.get(field);
    if (filling === undefined && this.#count < FIELDS && fields.size < FIELDS_OF_A_GROUP) {
      filling = new Filling();
      fields.set(field, filling);
      this.#count += 1;
    }
    return filling;
  }

  #detection({ tenant, source, lens }: Group, ends: readonly End[]): Detection {
    const told = ends
      .map((end) => ({ ...end, rules: this.#fieldsFor(partsOf(end.group).origin).get(end.field) ?? 0 }))
      .sort((a, b) => b.rules - a.rules || (a.field < b.field ? -1 : 1));
    const [first] = told;
    const names = new Set(told.map(({ field }) => field));
    const more = names.size > 1 ? ` and ${names.size - 1} more` : '';
    const detector = baseline(
      'field-unfilled',
      `Source ${source} no longer fills ${plainText(first?.field ?? '', NAME_LIMIT)}${more}`,
      'medium',
      ['The sender was upgraded or set up anew and names its fields differently', 'What it reports has changed'],
    );
    const since = Math.min(...told.map((end) => end.since));
    return {
      id: stableId(
        'detection',
        tenant,
        detector.id,
        baselineVersion,
        source,
        lens,
        String(since),
        ...[...names].sort(),
      ),
      tenant,
      detector,
      events: [],
      at: since * HOUR,
      fields: [
        ...told.slice(0, NAMED).map(described),
        {
          selection: 'baseline',
          field: 'source and lens',
          value: `${source} ${lens}`,
          pattern: 'whose events these are',
        },
        ...told
          .filter(({ rules }) => rules > 0)
          .slice(0, NAMED)
          .map(blinded),
      ],
      entities: [],
    };
  }
}

function described({
  group,
  field,
  before,
  now,
  events,
  eventsBefore,
  since,
  rules,
}: End & { rules: number }): MatchedField {
  const { kind, origin } = partsOf(group);
  const where = [origin.product, origin.service, ...origin.categories].filter(Boolean).join('/');
  const needed = field.startsWith('activity.') ? 'triage and investigation use it' : `${rules} loaded rules look at it`;
  return {
    selection: plainText(`${kind} ${where}`, NAME_LIMIT),
    field: plainText(field, NAME_LIMIT),
    value: `filled in ${percent(now)} of ${events} sampled events since ${isoMinute(since * 60)}`,
    pattern: `filled in ${percent(before)} of ${eventsBefore} before; ${needed}`,
  };
}

/** The rules that a field blinds. */
function blinded({ group, field, rules }: End & { rules: number }): MatchedField {
  const pattern = plainText(`looked at it in ${whereOf(partsOf(group).origin)}`, NAME_LIMIT);
  return { selection: 'blind', field: plainText(field, NAME_LIMIT), value: rulesLoaded(rules), pattern };
}

function rulesLoaded(rules: number): string {
  return rules === 1 ? '1 loaded rule' : `${rules} loaded rules`;
}

function whereOf({ product, service, categories }: EventOrigin): string {
  return [product, service, ...categories].filter(Boolean).join('/') || 'any logsource';
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function partsOf(group: string): { readonly kind: string; readonly origin: EventOrigin } {
  const [kind = '', product, service, ...categories] = JSON.parse(group) as string[];
  return { kind, origin: { product: product || undefined, service: service || undefined, categories } };
}
