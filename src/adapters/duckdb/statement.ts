import { BridgewatchError } from '../../kernel/errors.ts';
import type { Engine } from './engine.ts';

const SQL_LIMIT = 65_536;
/** Table functions that make rows of their arguments alone. All others read something: files, settings, the catalog. */
const tableFunctions = new Set(['unnest', 'range', 'generate_series', 'json_each', 'json_tree', 'repeat']);
/** Functions that tell of, or change, what is not in the rows. */
const functions =
  /^(getenv|current_setting|getvariable|setseed|write_log|nextval|currval|sleep_ms|pg_sleep|which_secret|parse_duckdb_log_message|json_execute_serialized_sql|json_deserialize_sql|query|query_table|read_.*|parquet_.*|glob|sniff_csv|duckdb_.*|pragma_.*)$/;
/** A name for a subquery may not be one that means something of its own where the subquery is out of sight. */
const subqueryName = /^(?!duckdb_|pragma_|sqlite_|pg_|information_)[a-z_][a-z0-9_]*$/i;

type Node = { readonly [key: string]: unknown };

/**
 * Refuses everything but one SELECT over `events`, by DuckDB's own reading of the statement. The engine's locks stand behind this: here
 * a question is refused with a reason before anything runs. Throws `HUNT_SQL_INVALID`.
 */
export async function checkStatement({ connection }: Engine, sql: string): Promise<void> {
  if (sql.length > SQL_LIMIT)
    throw invalid(`the statement has ${sql.length} characters; at most ${SQL_LIMIT} are read`);
  if (sql.includes('\0')) throw invalid('the statement has a NUL character');
  const read = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  const tree: { error: boolean; error_message?: string; statements?: unknown[] } = JSON.parse(
    String(read.getRows()[0]?.[0]),
  );
  if (tree.error) {
    const message = tree.error_message ?? 'it cannot be read';
    throw invalid(message.startsWith('Only SELECT') ? 'only a SELECT statement may ask the lake' : message);
  }
  const statements = tree.statements ?? [];
  if (statements.length !== 1) throw invalid(`${statements.length} statements; give one`);
  const nodes = allNodes(statements[0]);
  const names = subqueries(nodes);
  for (const node of nodes) checkNode(node, names);
}

function allNodes(root: unknown): readonly Node[] {
  const found: Node[] = [];
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) found.push(value as Node);
    for (const member of Object.values(value)) open.push(member);
  }
  return found;
}

function subqueries(nodes: readonly Node[]): ReadonlySet<string> {
  const names = new Set(['events']);
  for (const { cte_map: map, cte_name: recursive } of nodes) {
    const entries = (map as { readonly map?: readonly { readonly key?: unknown }[] } | undefined)?.map ?? [];
    for (const name of [...entries.map(({ key }) => key), ...(recursive === undefined ? [] : [recursive])]) {
      const text = String(name);
      if (!subqueryName.test(text)) throw invalid(`${JSON.stringify(text)} is no name for a subquery here`);
      names.add(text.toLowerCase());
    }
  }
  return names;
}

function checkNode(node: Node, tables: ReadonlySet<string>): void {
  if (node.type === 'BASE_TABLE') {
    const name = String(node.table_name);
    const isPlain = node.schema_name === '' && node.catalog_name === '' && (node.at_clause ?? null) === null;
    if (!isPlain || !tables.has(name.toLowerCase()))
      throw invalid(`there is no table ${JSON.stringify(name)}; ask the table events`);
  }
  if (node.type === 'SHOW_REF' && (node.query ?? null) === null) throw invalid('only events can be described');
  if (node.type === 'TABLE_FUNCTION') {
    const name = String((node.function as Node | undefined)?.function_name).toLowerCase();
    if (!tableFunctions.has(name)) throw invalid(`the table function ${name} is closed to questions`);
  }
  if (typeof node.function_name === 'string') {
    const name = node.function_name.toLowerCase();
    if (functions.test(name)) throw invalid(`the function ${name} is closed to questions`);
  }
}

function invalid(reason: string): BridgewatchError {
  return new BridgewatchError('HUNT_SQL_INVALID', reason, 400);
}
