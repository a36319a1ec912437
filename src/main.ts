import { Command } from 'commander';
import { registerAccount } from './cli/account.ts';
import { registerAssess } from './cli/assess.ts';
import { registerBackup } from './cli/backup.ts';
import { registerDemo } from './cli/demo.ts';
import { registerDetect } from './cli/detect.ts';
import { registerHunt } from './cli/hunt.ts';
import { registerLedgerCheckpoint } from './cli/ledger-checkpoint.ts';
import { registerLedgerErase } from './cli/ledger-erase.ts';
import { registerLedgerExport } from './cli/ledger-export.ts';
import { registerLedgerKey } from './cli/ledger-key.ts';
import { registerLedgerProve } from './cli/ledger-prove.ts';
import { registerLedgerVerify } from './cli/ledger-verify.ts';
import { registerOpenapi } from './cli/openapi.ts';
import { registerPlaybooks } from './cli/playbooks.ts';
import { registerProvider } from './cli/provider.ts';
import { registerRestore } from './cli/restore.ts';
import { registerRulesCheck } from './cli/rules-check.ts';
import { registerRulesExplain } from './cli/rules-explain.ts';
import { registerSample } from './cli/sample.ts';
import { registerSecretsRekey } from './cli/secrets-rekey.ts';
import { registerServe } from './cli/serve.ts';
import { registerSource } from './cli/source.ts';
import { registerSwitch } from './cli/switch.ts';

const commands = [
  registerAssess,
  registerDetect,
  registerHunt,
  registerServe,
  registerSwitch,
  registerDemo,
  registerRulesCheck,
  registerRulesExplain,
  registerLedgerVerify,
  registerLedgerCheckpoint,
  registerLedgerExport,
  registerLedgerProve,
  registerLedgerKey,
  registerLedgerErase,
  registerBackup,
  registerRestore,
  registerSecretsRekey,
  registerSample,
  registerPlaybooks,
  registerOpenapi,
  registerAccount,
  registerProvider,
  registerSource,
];

const program = new Command('bridgewatch').description('Security operations where people lead and AI does the volume');
for (const register of commands) register(program);

try {
  await program.parseAsync();
} catch (error) {
  // Coded errors, ours and the system's (ENOENT, EADDRINUSE, PostgreSQL's), are for people; anything else is a fault of ours.
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
