import { parseArgs } from 'node:util';
import { playStory } from './story.ts';

/** `npm run demo:autonomy [-- --json] [--seed <n>]`: tells the story as it happens; ends with 1 where it does not end as it should. */
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
});
const started = performance.now();
const outcome = await playStory(
  values.json ? () => undefined : (line) => process.stdout.write(`${line}\n`),
  Number(values.seed),
);
const seconds = Math.round((performance.now() - started) / 100) / 10;
process.stdout.write(`${values.json ? JSON.stringify({ ...outcome, seconds }) : `Done in ${seconds} s`}\n`);
const ends = Object.values(outcome.actions).every((states) => states.at(-1) === 'undone');
if (!outcome.ledger.verified || !ends || outcome.levelAfter > 1) process.exitCode = 1;
