import type { Entity } from '../contracts/entity.ts';
import { isBuiltInAccount } from '../contracts/names.ts';
import type { Group } from './group.ts';
import type { Witness } from './terms.ts';

/** Who did what to which asset, in one line: `jdoe on ws-014: LSASS memory read; then Remote service created (+3 more)`. */
export function titleOf(group: Group, witnesses: readonly Witness[], entities: readonly Entity[]): string {
  const who = entities.find(
    ({ kind, value }) => (kind === 'user' && !isBuiltInAccount(value)) || kind === 'cloud_principal',
  );
  const host = entities.find(({ kind }) => kind === 'host');
  const builtIn = entities.find(({ kind }) => kind === 'user');
  const resource = entities.find(({ kind }) => kind === 'cloud_resource');
  const actor = who?.value ?? builtIn?.value ?? entities.find(({ kind }) => kind === 'address')?.value ?? 'someone';
  const asset = host?.value ?? resource?.value;
  const what = storyline(witnesses);
  const more = witnesses.length - what.length;
  const hosts = new Set(
    group.flatMap(({ entities: own }) => own.filter(({ kind }) => kind === 'host').map(({ value }) => value)),
  );
  const elsewhere = hosts.size > 1 ? ` and ${hosts.size - 1} more ${hosts.size === 2 ? 'host' : 'hosts'}` : '';
  return `${shorten(actor)}${asset === undefined ? '' : ` on ${asset}${elsewhere}`}: ${what.join('; then ')}${more > 0 ? ` (+${more} more)` : ''}`;
}

/** The two detectors that say most, told in the order they happened. */
function storyline(witnesses: readonly Witness[]): readonly string[] {
  return witnesses
    .slice(0, 2)
    .toSorted((a, b) => (a.detections[0]?.at ?? 0) - (b.detections[0]?.at ?? 0))
    .map(({ detector }) => detector.title);
}

/** `arn:aws:iam::123456789012:user/jane` reads as `jane`; the full name stays in the entities. */
function shorten(actor: string): string {
  return actor.startsWith('arn:')
    ? actor.slice(actor.lastIndexOf(':') + 1).replace(/^(user|assumed-role|role)\//, '')
    : actor;
}
