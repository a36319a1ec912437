import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SwitchScope } from '../contracts/autonomy.ts';

/** In the data folder. There, nothing acts: no server, no database and no account are needed to put it there. */
const NAME = 'STOP';
/** Longer than any list of scopes; what is longer stops everything. */
const LONGEST = 64 * 1024;

const everything: readonly SwitchScope[] = [{ stops: 'everything' }];

export function stopFilePath(dataDir: string): string {
  return join(dataDir, NAME);
}

/**
 * What the file stops now, read anew with each call. Lines name what stands still: `tenant <id>` or `class <tenant> <class>`; `#` begins a remark. An
 * empty file, one that says anything else, and one that cannot be read stop everything: whoever put it there was in a hurry.
 */
export function readStopFile(dataDir: string): readonly SwitchScope[] {
  let text: string;
  try {
    text = readFileSync(stopFilePath(dataDir), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return code === 'ENOENT' ? [] : everything;
  }
  if (text.length > LONGEST) return everything;
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const scopes = lines.map(scopeOf);
  return scopes.length === 0 || scopes.includes(null) ? everything : scopes.filter((scope) => scope !== null);
}

function scopeOf(line: string): SwitchScope | null {
  const [what, tenant, classKey, ...more] = line.split(/\s+/);
  if (tenant === undefined || more.length > 0) return null;
  if (what === 'tenant' && classKey === undefined) return { stops: 'tenant', tenant };
  return what === 'class' && classKey !== undefined ? { stops: 'class', tenant, classKey } : null;
}

/** Puts the file there, or adds to what it stops. A file that stops everything already stops everything still. */
export function writeStopFile(dataDir: string, scope: SwitchScope): void {
  const standing = readStopFile(dataDir);
  if (standing.some(({ stops }) => stops === 'everything')) return;
  mkdirSync(dataDir, { recursive: true });
  const line =
    scope.stops === 'everything'
      ? 'everything'
      : scope.stops === 'tenant'
        ? `tenant ${scope.tenant}`
        : `class ${scope.tenant} ${scope.classKey}`;
  appendFileSync(stopFilePath(dataDir), `${line}\n`, { mode: 0o644 });
}
