import { type Command, Option } from 'commander';
import { systemClock } from '../adapters/system-clock.ts';
import { askSql, exportColumns, exportRows, huntFor, huntLimits, MOST_EXPORTED, type Table } from '../hunt/index.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { LakeQueries } from '../ports/lake.ts';
import { type Answer, huntFormats, writeHunt } from './hunt-output.ts';
import { type SpanOptions, spanOf, withLake } from './lake-at.ts';
import { wholeNumber } from './options.ts';

interface HuntOptions extends SpanOptions {
  readonly search?: string;
  readonly data: string;
  readonly tenant: string;
  readonly limit: string;
  readonly timeout: string;
  readonly format: (typeof huntFormats)[number];
  readonly out?: string;
}

/** `bridgewatch hunt`: questions to the lake, in SQL or in the search language. */
export function registerHunt(program: Command): void {
  program
    .command('hunt')
    .description('ask the events that came in: SQL over the table events, or a search')
    .argument('[question]', 'SQL that begins with SELECT, WITH or FROM; anything else is a search')
    .option('--search <terms>', "a search, whatever it begins with: 'host:web01 process:*powershell* -user:svc_*'")
    .option('--data <dir>', 'data folder', 'data')
    .option('--tenant <id>', 'the tenant', 'main')
    .option('--from <time>', 'first moment, UTC: 2026-11-25, 2026-11-25T07:30, or 24h, 7d ago')
    .option('--to <time>', 'last moment')
    .option('--limit <n>', 'rows at most', '1000')
    .option('--timeout <seconds>', 'time for one question', '60')
    .addOption(new Option('--format <format>', 'how rows are written').choices(huntFormats).default('table'))
    .option('--out <file>', 'write there instead of standard output')
    .action((question: string | undefined, options: HuntOptions) =>
      withLake(options.data, async (queries) => {
        const answer = await ask(queries, question, options);
        const rows = await writeHunt(answer, options.format, options.out);
        const cut = answer.isCut() ? `; there are more, see --limit` : '';
        process.stderr.write(`${rows} row${rows === 1 ? '' : 's'}${cut}\n`);
      }),
    );
}

async function ask(queries: LakeQueries, question: string | undefined, options: HuntOptions): Promise<Answer> {
  const most = wholeNumber('--limit', options.limit);
  if (most < 1 || most > MOST_EXPORTED)
    throw new BridgewatchError('HUNT_LIMIT', `--limit is ${most}; give 1 to ${MOST_EXPORTED}`);
  const milliseconds = Math.max(1, wholeNumber('--timeout', options.timeout)) * 1000;
  const limits = { rows: most, milliseconds, memoryMb: huntLimits.memoryMb };
  const scope = { tenant: options.tenant, limits, ...spanOf(options) };
  const text = options.search ?? question;
  if (text === undefined || (options.search !== undefined && question !== undefined))
    throw new BridgewatchError('HUNT_NO_QUESTION', 'give one question: SQL or a search, or --search and a search');
  if (options.search === undefined && /^\s*(?:select|with|from)\b/i.test(text)) {
    const { columns, rows, truncated } = await askSql(queries, scope, text);
    return { columns, pages: once(rows), isCut: () => truncated };
  }
  const hunt = huntFor(scope, text, systemClock.now());
  let left = most;
  let isCut = false;
  async function* pages(): AsyncGenerator<Table['rows']> {
    for await (const page of exportRows(queries, hunt, Math.min(most + 1, MOST_EXPORTED))) {
      isCut = page.length > left;
      yield page.slice(0, left);
      left -= page.length;
    }
  }
  return { columns: exportColumns, pages: pages(), isCut: () => isCut };
}

async function* once(rows: Table['rows']): AsyncGenerator<Table['rows']> {
  yield rows;
}
