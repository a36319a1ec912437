import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { type SampleOptions, writeSample } from '../sample/index.ts';

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('give a whole number');
  return Number(text);
}

/** `bridgewatch sample`: writes a made-up company's telemetry and, beside it, what was planted in it. */
export function registerSample(program: Command): void {
  program
    .command('sample')
    .description("write a made-up company's telemetry, with planted intrusions and their ground truth")
    .requiredOption('--out <dir>', 'folder to write telemetry/ and truth.json to')
    .option('--days <n>', 'days to generate (1)', wholeNumber)
    .option('--hosts <n>', 'workstations (one a person)', wholeNumber)
    .option('--people <n>', 'people in the company (60)', wholeNumber)
    .option('--seed <n>', 'the same seed gives the same bytes (1)', wholeNumber)
    .option('--start <date>', 'first day, YYYY-MM-DD')
    .option('--no-attack', 'leave the intrusions out; harmless things that look bad stay')
    .option('--json', 'print the summary as JSON')
    .action((given: SampleOptions & { out: string; json?: boolean }) => {
      const { out, json, ...options } = given;
      const written = writeSample(out, options);
      const planted = { intrusions: written.truth.intrusions.length, decoys: written.truth.decoys.length };
      const summary = {
        events: written.events,
        bytes: written.bytes,
        ...planted,
        telemetry: written.telemetry,
        truth: written.truthFile,
      };
      process.stdout.write(
        json === true
          ? `${JSON.stringify(summary)}\n`
          : `${written.events.toLocaleString('en')} events (${(written.bytes / 1e6).toFixed(0)} MB) in ${written.telemetry}\n${planted.intrusions} intrusions and ${planted.decoys} decoys, told in ${written.truthFile}\n`,
      );
    });
}
