import { baseName } from '../../contracts/names.ts';
import type { EventLake, ProcessFact } from '../../ports/event-lake.ts';
import { weights } from '../../score/index.ts';
import { type Answer, type Ask, EVIDENCE_LIMIT, leadFact, quoted } from '../tool.ts';

const ANCESTORS = 6;

/** Programs that open what strangers send; a shell below them is how most intrusions begin. */
const openers = new Set([
  'winword.exe',
  'excel.exe',
  'powerpnt.exe',
  'outlook.exe',
  'onenote.exe',
  'mspub.exe',
  'acrord32.exe',
  'acrobat.exe',
  'eqnedt32.exe',
  'w3wp.exe',
  'httpd.exe',
  'nginx.exe',
  'tomcat9.exe',
  'sqlservr.exe',
  'httpd',
  'nginx',
  'apache2',
  'php-fpm',
  'java',
  'node',
  'postgres',
  'mysqld',
]);
const shells = new Set([
  'cmd.exe',
  'powershell.exe',
  'pwsh.exe',
  'wscript.exe',
  'cscript.exe',
  'mshta.exe',
  'rundll32.exe',
  'regsvr32.exe',
  'bash',
  'sh',
  'dash',
  'python3',
  'python',
  'perl',
  'curl',
  'wget',
]);
const OPENED_A_SHELL = 0.9;
/** Servers that start a shell this often do so for their work; on one host alone it could be the intruder who does. */
const ROUTINE_TIMES = 40;

/** Where did the process come from, what did it start, and is that lineage usual here? */
export function processTree(ask: Ask): Answer | undefined {
  const key = leadFact(ask)?.activity.process?.key;
  const start = key === undefined ? undefined : ask.lake.process(key);
  if (key === undefined || start === undefined) return undefined;
  const chain = ancestry(start, ask.lake);
  const children = start.children.map((child) => ask.lake.process(child)).filter((child) => child !== undefined);
  const judged = judge(chain, ask.lake);
  const story = chain
    .toReversed()
    .map((process) => nameOf(process))
    .join(' → ');
  const started =
    children.length === 0
      ? 'started nothing at hand'
      : `started ${children.length}: ${[...new Set(children.map(nameOf))].slice(0, 6).join(', ')}`;
  return {
    query: { process: key, ancestors: ANCESTORS },
    answer: `${story}; ${started}.${judged.text}`,
    logOdds: judged.logOdds,
    evidence: [...chain, ...children]
      .map(({ event }) => event)
      .filter((event) => event !== undefined)
      .slice(0, EVIDENCE_LIMIT),
  };
}

function ancestry(start: ProcessFact, lake: EventLake): readonly ProcessFact[] {
  const chain = [start];
  const seen = new Set([start.key]);
  let next = start.parentKey;
  while (next !== undefined && chain.length <= ANCESTORS && !seen.has(next)) {
    seen.add(next);
    const process = lake.process(next);
    if (process === undefined) break;
    chain.push(process);
    next = process.parentKey;
  }
  return chain;
}

function judge(chain: readonly ProcessFact[], lake: EventLake): { text: string; logOdds: number } {
  for (const [at, process] of chain.entries()) {
    const parent = chain[at + 1];
    if (
      parent !== undefined &&
      openers.has(baseName(parent.image ?? '')) &&
      shells.has(baseName(process.image ?? ''))
    ) {
      const usual = lake.lineagePrevalence(parent.image ?? '', process.image ?? '');
      const routine =
        (usual.seenOn >= 2 && usual.times >= ROUTINE_TIMES) ||
        (usual.outOf >= weights.prevalence.fewestHosts && usual.seenOn / usual.outOf >= weights.prevalence.commonShare);
      if (!routine) {
        return {
          text: ` ${nameOf(parent)} started ${nameOf(process)}: programs that open what strangers send rarely need a shell.`,
          logOdds: OPENED_A_SHELL,
        };
      }
    }
  }
  const [process, parent] = chain;
  if (process?.image === undefined || parent?.image === undefined) return { text: '', logOdds: 0 };
  const { seenOn, outOf } = lake.lineagePrevalence(parent.image, process.image);
  const pair = `${nameOf(parent)} → ${nameOf(process)}`;
  if (outOf < weights.prevalence.fewestHosts)
    return { text: ` Too few hosts (${outOf}) to say whether ${pair} is usual.`, logOdds: 0 };
  const text = ` ${pair} is seen on ${seenOn} of ${outOf} hosts.`;
  if (seenOn / outOf >= weights.prevalence.commonShare) return { text, logOdds: weights.lineage.common };
  return { text, logOdds: seenOn <= 1 ? weights.lineage.alone : 0 };
}

function nameOf(process: ProcessFact): string {
  return quoted(baseName(process.image ?? 'unknown'), 60);
}
