import type { Entity } from '../api/model.ts';
import { baseName } from './base-name.ts';

/** What a person asks first: where, who, then with what. */
const ranks: Readonly<Record<Entity['kind'], number>> = {
  host: 0,
  user: 1,
  cloud_principal: 2,
  cloud_resource: 3,
  address: 4,
  domain: 5,
  file: 6,
  process: 7,
};

/** Entities in the order a person reads them; the order within a kind is kept. */
export const inReadingOrder = (entities: readonly Entity[]): readonly Entity[] =>
  entities.toSorted((a, b) => ranks[a.kind] - ranks[b.kind]);

/** The telling end of a path or an Amazon resource name, for places with little room; undefined where the value is short by itself. */
export function shortName({ kind, value }: Entity): string | undefined {
  if (kind === 'file') return baseName(value);
  return value.startsWith('arn:') ? value.split(':').slice(5).join(':') || undefined : undefined;
}

/** For lists: processes are named by keys that say nothing without their events, so they appear only on a finding's own page. */
export const keyEntities = (entities: readonly Entity[]): readonly Entity[] => {
  const telling = entities.filter(({ kind }) => kind !== 'process');
  return inReadingOrder(telling.length > 0 ? telling : entities);
};
