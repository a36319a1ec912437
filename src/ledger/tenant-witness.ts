import type { StoredLink } from './chain.ts';
import { readEntry } from './read-entry.ts';

/** Type of the entry in the system's chain that comes before a tenant; its subject is the tenant. */
export const TENANT_CREATED = 'tenant.created';

/** Quotes inside strings are escaped, so that only the field itself reads like this. */
const field = Buffer.from(`"type":"${TENANT_CREATED}"`);

/**
 * The links of the system's chain as they are, with each tenant whose creation they record put into `created`. Who removes a tenant's
 * chain, head and checkpoints would have to change the system's chain as well, which its own hashes, checkpoints and anchors hold.
 */
export async function* tenantsCreated(
  links: AsyncIterable<readonly StoredLink[]>,
  created: Set<string>,
): AsyncIterable<readonly StoredLink[]> {
  for await (const page of links) {
    for (const { stored } of page) {
      if (stored === null || !holdsField(stored.bytes)) continue;
      const entry = readEntry(stored.bytes);
      if (typeof entry !== 'string') created.add(entry.subject.id);
    }
    yield page;
  }
}

function holdsField(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(field);
}
