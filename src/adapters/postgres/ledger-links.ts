import { sql } from 'drizzle-orm';
import type { StoredLink } from '../../ledger/chain.ts';
import type { Queries } from './connection.ts';

const ROWS_A_PAGE = 1000;
/** Payloads are at most 4 MiB each: this, and one of them more, is what a page may hold. */
const PAYLOAD_BYTES_A_PAGE = 8 * 1024 * 1024;

type EntryRow = { seq: string; entry: Buffer; hash: string; subject_kind: string; subject_id: string };
type PayloadRow = { seq: string; payload: Buffer; cut: boolean };

interface Page {
  readonly links: readonly StoredLink[];
  /** Where the next page begins; null where this one is the last. */
  readonly next: bigint | null;
}

/** Below every seq a row could have. */
const BEGINNING = -(2n ** 63n);

/**
 * Entries of a chain with the payloads beside them, by rising `seq`, in pages. The next page is fetched while one is worked on.
 */
export async function* links(
  queries: Queries,
  tenant: string,
  after = BEGINNING,
): AsyncIterable<readonly StoredLink[]> {
  // Without statistics, as in a young store, PostgreSQL would sort the rest of the chain for each page of it: time would grow with
  // the square of its length. Both keys are in the order that is asked for. Holds until the transaction ends.
  await queries.execute(
    sql`SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
  );
  let coming = page(queries, tenant, after);
  for (;;) {
    const { links: found, next } = await coming;
    if (next !== null) {
      coming = page(queries, tenant, next);
      // Where the reader stops early nobody waits for it; where it goes on, the error is thrown above.
      coming.catch(() => undefined);
    }
    yield found;
    if (next === null) return;
  }
}

async function page(queries: Queries, tenant: string, after: bigint): Promise<Page> {
  const from = after.toString();
  const { rows: entries } = await queries.execute<EntryRow>(sql`
    SELECT seq, entry, hash, subject_kind, subject_id FROM ledger_entries
    WHERE tenant_id = ${tenant} AND seq > ${from} ORDER BY seq LIMIT ${ROWS_A_PAGE}`);
  const { rows: payloads } = await queries.execute<PayloadRow>(sql`
    SELECT seq, payload, total > ${PAYLOAD_BYTES_A_PAGE} AS cut
    FROM (SELECT seq, payload, sum(length(payload)) OVER (ORDER BY seq) AS total
          FROM (SELECT seq, payload FROM ledger_payloads
                WHERE tenant_id = ${tenant} AND seq > ${from} ORDER BY seq LIMIT ${ROWS_A_PAGE}) p) q
    WHERE total - length(payload) <= ${PAYLOAD_BYTES_A_PAGE} ORDER BY seq`);
  const lastEntry = entries.at(-1);
  const lastPayload = payloads.at(-1);
  // Where one of the two was cut, what lies past the cut belongs to the next page.
  const entriesEnd = entries.length === ROWS_A_PAGE ? lastEntry?.seq : undefined;
  const payloadsEnd = payloads.length === ROWS_A_PAGE || lastPayload?.cut === true ? lastPayload?.seq : undefined;
  const ends = [entriesEnd, payloadsEnd].flatMap((seq) => (seq === undefined ? [] : BigInt(seq)));
  const next = ends.toSorted((a, b) => Number(a - b))[0] ?? null;
  return { links: beside(entries, payloads, next === null ? Number.POSITIVE_INFINITY : Number(next)), next };
}

/** The two lists as one, each entry with the payload of its number, up to `last`. */
function beside(entries: readonly EntryRow[], payloads: readonly PayloadRow[], last: number): StoredLink[] {
  const found: StoredLink[] = [];
  let at = 0;
  for (const row of entries) {
    const seq = Number(row.seq);
    if (seq > last) break;
    for (let alone = payloads[at]; alone !== undefined && Number(alone.seq) < seq; alone = payloads[++at]) {
      found.push({ seq: Number(alone.seq), stored: null, payload: alone.payload });
    }
    const beside = payloads[at];
    const payload = beside !== undefined && Number(beside.seq) === seq ? beside.payload : null;
    if (payload !== null) at++;
    const columns = { hash: row.hash, subjectKind: row.subject_kind, subjectId: row.subject_id };
    found.push({ seq, stored: { bytes: row.entry, columns }, payload });
  }
  for (const alone of payloads.slice(at)) {
    if (Number(alone.seq) <= last) found.push({ seq: Number(alone.seq), stored: null, payload: alone.payload });
  }
  return found;
}
