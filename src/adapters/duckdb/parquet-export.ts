import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { BridgewatchError } from '../../kernel/errors.ts';
import type { ParquetExport } from '../../ports/parquet.ts';
import { literal, openEngine } from './engine.ts';

/** Rows go through a file of JSON lines, so that memory does not grow with them. */
export const parquetExport: ParquetExport = {
  async write(columns, pages, path) {
    const [lines, unfinished] = [`${path}.ndjson.tmp`, `${path}.tmp`];
    let rows = 0;
    try {
      const out = createWriteStream(lines, { mode: 0o600 });
      try {
        for await (const page of pages) {
          rows += page.length;
          const text = page.map(
            (row) => `${JSON.stringify(Object.fromEntries(row.map((value, at) => [`c${at}`, value])))}\n`,
          );
          if (!out.write(text.join(''))) await once(out, 'drain');
        }
      } finally {
        out.end();
        await finished(out);
      }
      await convert(columns, lines, unfinished);
      await rename(unfinished, path);
      return rows;
    } catch (error) {
      if (error instanceof BridgewatchError) throw error;
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
      throw new BridgewatchError('HUNT_EXPORT_FAILED', `the rows did not become a Parquet file: ${reason}`, 500, {
        cause: error,
      });
    } finally {
      await rm(lines, { force: true });
      await rm(unfinished, { force: true });
    }
  },
};

async function convert(columns: Parameters<ParquetExport['write']>[0], lines: string, path: string): Promise<void> {
  const engine = await openEngine({ threads: '1', memory_limit: '512MB' });
  try {
    const types = columns.map(({ type }, at) => `${literal(`c${at}`)}: ${literal(type)}`).join(', ');
    const names = columns.map(({ name }, at) => `c${at} AS "${name.replaceAll('"', '""')}"`).join(', ');
    const from = `read_json(${literal(lines)}, format = 'newline_delimited', columns = {${types}}, maximum_object_size = 67108864)`;
    await engine.connection.run(
      `COPY (SELECT ${names} FROM ${from}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    engine.close();
  }
}
