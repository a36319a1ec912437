import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const rulesFolder = join(root, 'rules');

const Record_ = z.record(z.string(), z.unknown());

/** One record of a sequence. `repeat` gives it again `times` times, `seconds` apart, with `{n}` in texts replaced by the number. */
const SequenceEvent = z.strictObject({
  lens: z.string(),
  repeat: z.strictObject({ times: z.number().int().positive(), seconds: z.number().positive() }).optional(),
  record: Record_,
});
const SingleEvent = z.strictObject({ name: z.string(), lens: z.string(), record: Record_ });
const Sequence = z.strictObject({ name: z.string(), events: z.array(SequenceEvent).min(1) });
const Item = z.union([SingleEvent, Sequence]);
const TestFile = z.strictObject({ match: z.array(Item).min(2), no_match: z.array(Item).min(2) });

export type TestRecord = z.infer<typeof SequenceEvent>;
export interface TestItem {
  readonly name: string;
  readonly events: readonly TestRecord[];
}
export interface RuleTest {
  readonly match: readonly TestItem[];
  readonly noMatch: readonly TestItem[];
}

/** What the tests look at of one rule document; as written, unchecked. */
export interface RuleDocument {
  readonly id?: unknown;
  readonly title?: unknown;
  readonly description?: unknown;
  readonly author?: unknown;
  readonly falsepositives?: unknown;
  readonly level?: unknown;
  readonly tags?: readonly string[];
}

/** A rule file with the documents it holds, as plain values. */
export interface ShippedRuleFile {
  readonly file: string;
  readonly text: string;
  readonly documents: readonly RuleDocument[];
}

/** Every rule file under rules/, in name order. */
export const ruleFiles: readonly ShippedRuleFile[] = globSync('**/*.yml', { cwd: rulesFolder })
  .filter((name) => !name.endsWith('.test.yml'))
  .sort()
  .map((file) => {
    const text = readFileSync(join(rulesFolder, file), 'utf8');
    const documents = parseAllDocuments(text).map(
      (document) => document.toJS({ maxAliasCount: 0 }) as Record<string, unknown>,
    );
    return { file, text, documents };
  });

/** The test beside a rule file. Throws where it is missing or has another form. */
export function testOf(file: string): RuleTest {
  const path = join(rulesFolder, file.replace(/\.yml$/, '.test.yml'));
  if (!existsSync(path)) throw new Error(`${file} has no test events: write ${path}`);
  const read = TestFile.safeParse(parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 }));
  if (!read.success) throw new Error(`${path}: ${z.prettifyError(read.error)}`);
  return { match: read.data.match.map(sequence), noMatch: read.data.no_match.map(sequence) };
}

function sequence(item: z.infer<typeof Item>): TestItem {
  return 'events' in item ? item : { name: item.name, events: [{ lens: item.lens, record: item.record }] };
}

/** `{n}` in every text of a value replaced by the number. */
export function numbered(value: unknown, number: number): unknown {
  if (typeof value === 'string') return value.replaceAll('{n}', String(number));
  if (Array.isArray(value)) return value.map((item) => numbered(item, number));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, numbered(inner, number)]));
}
