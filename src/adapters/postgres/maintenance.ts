import type pg from 'pg';
import { type Connection, withClient } from './connection.ts';

/**
 * One transaction as the owner that sees every tenant, for what concerns the store as a whole: verification, backup,
 * restore. Nothing that serves a request may use it. `read` takes one consistent snapshot and cannot write.
 */
export async function inMaintenance<T>(
  owner: Connection,
  mode: 'read' | 'write',
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return await withClient(owner, 'bridgewatch maintenance', async (client) => {
    await client.query(mode === 'read' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN');
    try {
      await client.query(
        `SELECT set_config('bridgewatch.maintenance', 'on', true), set_config('search_path', 'public', true)`,
      );
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // A broken connection has rolled back by itself, and the first error is the one that tells.
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  });
}
