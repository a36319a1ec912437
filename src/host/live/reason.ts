import { BridgewatchError } from '../../kernel/errors.ts';

/** What went wrong, for a log. The database's errors end with the values of the statement, telemetry among them: these stay out. */
export function reasonOf(error: unknown): string {
  if (error instanceof BridgewatchError) return `${error.code}: ${error.message}`;
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]?.slice(0, 200) ?? '';
}
