import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../adapters/system-clock.ts';
import { ResponsePlaybook } from '../contracts/response.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import { exportCacao, importCacao } from '../respond/index.ts';
import { loadPlaybooks } from './load.ts';

/** `bridgewatch playbooks`: response playbooks as OASIS CACAO 2.0 documents, out and in. */
export function registerPlaybooks(program: Command): void {
  const playbooks = program.command('playbooks').description('response playbooks as OASIS CACAO 2.0 documents');
  playbooks
    .command('export')
    .description('print the response to a family of findings as a CACAO 2.0 document')
    .argument('<family>', 'such as credential-access')
    .action((family: string) => {
      const all = loadPlaybooks().map(({ content }) => ResponsePlaybook.parse(content));
      const found = all.find((playbook) => playbook.family === family);
      if (found === undefined) {
        throw new BridgewatchError(
          'PLAYBOOK_UNKNOWN',
          `no playbook for "${family}"; there are ${all.map((playbook) => playbook.family).join(', ')}`,
          404,
        );
      }
      process.stdout.write(`${JSON.stringify(exportCacao(found, systemClock.now()), null, 2)}\n`);
    });
  playbooks
    .command('import')
    .description('read a CACAO 2.0 document and print the response it means, or say what cannot be honoured')
    .argument('<file>', 'a CACAO 2.0 playbook, JSON')
    .option('--check', 'say only whether it can be honoured')
    .action((file: string, { check }: { check?: boolean }) => {
      const playbook = importCacao(readFileSync(file, 'utf8'));
      process.stdout.write(
        check === true
          ? `${file}: ${playbook.actions.length} actions for ${playbook.family}, each behind a person's approval\n`
          : `${JSON.stringify(playbook, null, 2)}\n`,
      );
    });
}
