import type { StoredLink } from '../../ledger/chain.ts';
import { type ChainLine, damagedExport, type ExportLine, readHeader, readLine } from '../../ledger/export-format.ts';
import type { StoredChain } from '../../ledger/verify.ts';
import { gzipLines } from './gzip-lines.ts';

const LINKS_A_PAGE = 500;

/**
 * The chains of an export as verification takes them. One pass: a chain's links are there until the next chain is asked for.
 * Throws `LEDGER_EXPORT_DAMAGED` and `LEDGER_FILE_UNREADABLE`.
 */
export async function* exportedChains(file: string): AsyncIterable<StoredChain> {
  const lines = understood(file);
  const seen = new Set<string>();
  let line = (await lines.next()).value;
  while (line?.kind === 'chain') {
    const { chain } = line;
    if (seen.has(chain.chain)) throw damagedExport(`it has the chain of ${chain.chain} twice`);
    seen.add(chain.chain);
    let after: ExportLine | undefined;
    const links = linksUntil(lines, (next) => {
      after = next;
    });
    yield storedChain(chain, links);
    // Where verification stopped at a problem, what is left of the chain is passed over.
    for await (const _ of links);
    line = after;
  }
  if (line?.kind !== 'end') throw damagedExport('it ends too early');
  if ((await lines.next()).done !== true) throw damagedExport('there is more after its end');
}

function storedChain({ chain, head, checkpoints }: ChainLine, links: StoredChain['links']): StoredChain {
  return {
    tenant: chain,
    head,
    links,
    checkpoints: checkpoints.map((signed) => ({ signed, columns: null, where: 'ledger_checkpoints', anchored: false })),
  };
}

/** Links up to the first line that is none, which `last` is given. Goes on where it was left. */
function linksUntil(
  lines: AsyncIterator<ExportLine>,
  last: (line: ExportLine | undefined) => void,
): AsyncIterable<readonly StoredLink[]> {
  let over = false;
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const page: StoredLink[] = [];
        while (!over && page.length < LINKS_A_PAGE) {
          const { value, done } = await lines.next();
          if (done !== true && value.kind === 'entry') {
            page.push(value.link);
          } else {
            over = true;
            last(done === true ? undefined : value);
          }
        }
        return page.length === 0 ? { done: true, value: undefined } : { done: false, value: page };
      },
    }),
  };
}

async function* understood(file: string): AsyncGenerator<ExportLine, undefined> {
  let number = 0;
  for await (const batch of gzipLines(file)) {
    for (const line of batch) {
      number++;
      if (number === 1) readHeader(line);
      else yield readLine(line, number);
    }
  }
  if (number === 0) throw damagedExport('it is empty');
}
