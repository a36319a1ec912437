import type { Command } from 'commander';

/** `bridgewatch rules`, under which the commands about rules stand; made by whichever of them comes first. */
export function rulesCommand(program: Command): Command {
  return (
    program.commands.find((command) => command.name() === 'rules') ??
    program.command('rules').description('check and explain Sigma rules')
  );
}
