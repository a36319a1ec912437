import type { Entity } from '../contracts/entity.ts';
import { isBuiltInAccount } from '../contracts/names.ts';
import { plainText } from '../contracts/plain-text.ts';
import type { Witness } from './witness.ts';

/** More people than this in one story are its targets, not its actors. */
const ACTORS = 3;

/** Characters of a title, and of each name and rule title in it. */
const LIMIT = 300;
const PART_LIMIT = 100;

const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

/**
 * Who did what to which asset, in one line: `jdoe on ws-014: LSASS memory read; then Remote service created (+3 more)`.
 * At most 300 characters, whatever telemetry calls its hosts and accounts.
 *
 * @param entities all of the story's, those named most often first
 */
export function titleOf(witnesses: readonly Witness[], entities: readonly Entity[]): string {
  const what = storyline(witnesses);
  const more = witnesses.length - what.length;
  const subject = [actorOf(entities), assetOf(entities)]
    .filter((part) => part !== undefined)
    .map((part) => plainText(part, PART_LIMIT))
    .join(' on ');
  // What is about no one (a source that fell silent) needs no subject.
  const who = subject === '' ? (entities.length === 0 ? '' : 'Unnamed account: ') : `${subject}: `;
  return plainText(`${who}${what.join('; then ')}${more > 0 ? ` (+${more} more)` : ''}`, LIMIT);
}

function actorOf(entities: readonly Entity[]): string | undefined {
  const people = entities.filter(({ kind, value }) => kind === 'user' && !isBuiltInAccount(value));
  const address = entities.find(({ kind }) => kind === 'address')?.value;
  if (people.length > ACTORS && address !== undefined && !entities.some(({ kind }) => kind === 'host')) {
    return `${address} against ${people.length} accounts`;
  }
  const principal = entities.find(({ kind }) => kind === 'cloud_principal')?.value;
  const builtIn = entities.find(({ kind }) => kind === 'user')?.value;
  return people[0]?.value ?? (principal === undefined ? (builtIn ?? address) : shorten(principal));
}

function assetOf(entities: readonly Entity[]): string | undefined {
  const hosts = entities.filter(({ kind }) => kind === 'host');
  if (hosts[0] !== undefined) {
    return hosts.length === 1
      ? hosts[0].value
      : `${hosts[0].value} and ${hosts.length - 1} more ${hosts.length === 2 ? 'host' : 'hosts'}`;
  }
  // A name that only a machine can read tells a person nothing; it stays among the entities.
  return entities.find(({ kind, value }) => kind === 'cloud_resource' && !guid.test(value) && !value.startsWith('/'))
    ?.value;
}

/** The two detectors that say most, told in the order they happened. */
function storyline(witnesses: readonly Witness[]): readonly string[] {
  return witnesses
    .slice(0, 2)
    .toSorted((a, b) => (a.detections[0]?.at ?? 0) - (b.detections[0]?.at ?? 0))
    .map(({ detector }) => plainText(detector.title, PART_LIMIT));
}

/** `arn:aws:iam::123456789012:user/jane` reads as `jane`; the full name stays in the entities. */
function shorten(actor: string): string {
  return actor.startsWith('arn:')
    ? actor.slice(actor.lastIndexOf(':') + 1).replace(/^(user|assumed-role|role)\//, '')
    : actor;
}
