import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

export interface Engine {
  readonly connection: DuckDBConnection;
  close(): void;
}

/** A DuckDB of its own, in memory, with one connection. It loads nothing and asks nobody. @param settings as `SET` knows them */
export async function openEngine(settings: Readonly<Record<string, string>>): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_persistent_secrets: 'false',
    ...settings,
  });
  const connection = await instance.connect();
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
