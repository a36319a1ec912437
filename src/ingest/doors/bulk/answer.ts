import type { Verb } from './action.ts';
import type { DocumentFault } from './document.ts';
import type { Filter } from './filter-path.ts';
import type { BulkItem } from './read-bulk.ts';

const kept =
  '"_version":1,"result":"created","_shards":{"total":1,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1';

/** Which members of an item a client wants; the same for every item of a verb. */
interface Members {
  readonly names: boolean;
  readonly id: boolean;
  readonly rest: string;
  readonly status: boolean;
  readonly error: boolean;
}

/**
 * The answer to a bulk request, as text: it is as long as many requests, and its items differ in little. An item nothing of which is wanted is left out, as Elasticsearch
 * does.
 * @param named the `_id` of the event at a position, where its client gave none
 */
export function bulkAnswer(
  items: readonly BulkItem[],
  took: number,
  named: (at: number) => string,
  filter: Filter,
): string {
  const members = new Map<Verb, Members>();
  const texts: string[] = [];
  let errors = false;
  for (const [at, { action, fault }] of items.entries()) {
    if (fault !== undefined) errors = true;
    let member = members.get(action.verb);
    if (member === undefined) {
      member = membersOf(action.verb, filter);
      members.set(action.verb, member);
    }
    const text = itemText(member, action.index, action.id ?? named(at), fault);
    if (text !== '') texts.push(`{"${action.verb}":{${text}}}`);
  }
  const parts: string[] = [];
  if (filter.wants('took')) parts.push(`"took":${took}`);
  if (filter.wants('errors')) parts.push(`"errors":${errors}`);
  if (filter.reaches('items') && (texts.length > 0 || items.length === 0)) parts.push(`"items":[${texts.join(',')}]`);
  return `{${parts.join(',')}}`;
}

function membersOf(verb: Verb, filter: Filter): Members {
  const has = (member: string): boolean => filter.wants('items', verb, member);
  const rest = Object.entries(JSON.parse(`{${kept}}`) as Record<string, unknown>)
    .filter(([member]) => has(member))
    .map(([member, value]) => `"${member}":${JSON.stringify(value)}`)
    .join(',');
  return {
    names: has('_index'),
    id: has('_id'),
    rest,
    status: has('status'),
    error: filter.reaches('items', verb, 'error'),
  };
}

function itemText(member: Members, index: string, id: string, fault: DocumentFault | undefined): string {
  let text = '';
  if (member.names) text = `"_index":${JSON.stringify(index)}`;
  if (member.id) text += `${text === '' ? '' : ','}"_id":${JSON.stringify(id)}`;
  if (fault === undefined && member.rest !== '') text += `${text === '' ? '' : ','}${member.rest}`;
  if (member.status) text += `${text === '' ? '' : ','}"status":${fault?.status ?? 201}`;
  if (fault !== undefined && member.error) {
    const error = JSON.stringify({ type: fault.type, reason: fault.message });
    text += `${text === '' ? '' : ','}"error":${error}`;
  }
  return text;
}

/** The answer to a single document that was taken. */
export function documentAnswer(index: string, id: string): string {
  return `{"_index":${JSON.stringify(index)},"_id":${JSON.stringify(id)},${kept}}`;
}
