import { closeSync, existsSync, fstatSync, globSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { BridgewatchError } from '../kernel/errors.ts';
import { defaultYamlLimits } from '../sigma/index.ts';

/** The folder that holds rules/ and playbooks/: the checkout, or the installed package. */
const home = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export const shippedRules = join(home, 'rules');

/**
 * Reads the Sigma files below the folders (or single files) given, in name order. Test files (`*.test.yml`) are not rules.
 * Of a file that is larger than the engine takes, only so much is read that the engine refuses it and goes on with the others.
 *
 * @throws BridgewatchError `RULES_NOT_FOUND` naming the path.
 */
export function loadRules(paths: readonly string[]): { file: string; text: string }[] {
  return paths.flatMap(ruleFiles).map((file) => ({ file, text: readBounded(file, defaultYamlLimits.maxCharacters) }));
}

/** At most `limit` bytes as UTF-8. Of a longer file its first `limit` + 1 bytes, one character each: more than the limit. */
function readBounded(file: string, limit: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(Math.min(fstatSync(descriptor).size, limit) + 1);
    let length = 0;
    for (let got = -1; got !== 0 && length < bytes.length; length += got)
      got = readSync(descriptor, bytes, length, bytes.length - length, null);
    return bytes.toString(length > limit ? 'latin1' : 'utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}

function ruleFiles(path: string): string[] {
  if (!existsSync(path))
    throw new BridgewatchError(
      'RULES_NOT_FOUND',
      `there is no file or folder '${path}'; give one that holds Sigma rules (.yml)`,
    );
  if (statSync(path).isFile()) return [path];
  return globSync('**/*.{yml,yaml}', { cwd: path })
    .filter((name) => !/\.test\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

/** The playbooks that ship, parsed. */
export function loadPlaybooks(): { file: string; content: unknown }[] {
  const folder = join(home, 'playbooks');
  return globSync('*.yml', { cwd: folder })
    .sort()
    .map((name) => ({
      file: join('playbooks', name),
      content: parse(readFileSync(join(folder, name), 'utf8'), { maxAliasCount: 0 }),
    }));
}
