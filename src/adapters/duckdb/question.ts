import { JsonDuckDBValueConverter } from '@duckdb/node-api';
import { BridgewatchError } from '../../kernel/errors.ts';
import { openSession, type Scope } from './session.ts';
import { checkStatement } from './statement.ts';

/** One question, as it is handed to the process that answers it. */
export interface Question {
  readonly scope: Scope;
  readonly sql: string;
  readonly parameters: readonly (string | number | boolean | null)[];
  readonly rows: number;
  readonly milliseconds: number;
}

export interface Answered {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
  readonly truncated: boolean;
}

export type Answer =
  | { readonly kind: 'answered'; readonly answered: Answered }
  /** A file was gone: the lake was merged meanwhile. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly status: number };

/** What an answer may weigh: it crosses to the server in one piece. */
const ANSWER_BYTES = 32 * 1024 * 1024;

/** Answers one question in a DuckDB of its own. @param onStop is told how to interrupt it */
export async function answer(question: Question, onStop: (stop: () => void) => void): Promise<Answer> {
  let isLate = false;
  let timer: NodeJS.Timeout | undefined;
  try {
    const engine = await openSession(question.scope);
    try {
      onStop(() => engine.connection.interrupt());
      timer = setTimeout(() => {
        isLate = true;
        engine.connection.interrupt();
      }, question.milliseconds);
      await checkStatement(engine, question.sql);
      const result = await engine.connection.stream(question.sql, [...question.parameters]);
      const types = result.columnTypes();
      const columns = result.columnNames().map((name, at) => ({ name, type: String(types[at]) }));
      const rows: unknown[][] = [];
      let bytes = 0;
      let truncated = false;
      while (!truncated) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        for (const row of chunk.convertRows(JsonDuckDBValueConverter)) {
          bytes += weight(row);
          truncated = rows.length >= question.rows || bytes > ANSWER_BYTES;
          if (truncated) break;
          rows.push(row);
        }
      }
      return { kind: 'answered', answered: { columns, rows, truncated } };
    } finally {
      engine.close();
    }
  } catch (error) {
    return failure(error, question, isLate);
  } finally {
    clearTimeout(timer);
  }
}

function weight(row: readonly unknown[]): number {
  let bytes = 0;
  for (const value of row) {
    if (typeof value === 'string') bytes += value.length;
    else bytes += typeof value === 'object' && value !== null ? JSON.stringify(value).length : 8;
  }
  return bytes;
}

function failure(error: unknown, { milliseconds, scope }: Question, isLate: boolean): Answer {
  if (error instanceof BridgewatchError) return failed(error.code, error.message, error.status);
  const message = error instanceof Error ? error.message : String(error);
  if (isLate) return failed('HUNT_TIMEOUT', `the question took more than ${milliseconds} ms`, 408);
  if (/^INTERRUPT/i.test(message)) return failed('HUNT_CANCELLED', 'the question was cancelled', 409);
  if (/^Out of Memory/i.test(message)) {
    return failed(
      'HUNT_MEMORY',
      `the question needs more than ${scope.memoryMb} MB; ask for less, or group by less`,
      422,
    );
  }
  if (/No such file|Cannot open file|No files found/i.test(message)) return { kind: 'gone' };
  return failed('HUNT_SQL_INVALID', withoutPaths(message), 400);
}

function failed(code: string, message: string, status: number): Answer {
  return { kind: 'failed', code, message, status };
}

/** DuckDB names files and its documentation; whoever asks has no business with the first, nor a use for the second. */
function withoutPaths(message: string): string {
  return message
    .split('\n\nPossible solutions')[0]
    ?.replaceAll(/(["'\s(]|^)\/[^\s"')]*/g, '$1<path>')
    .slice(0, 2000) as string;
}
