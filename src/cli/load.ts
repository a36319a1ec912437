import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { BridgewatchError } from '../kernel/errors.ts';

/** The folder that holds rules/ and playbooks/: the checkout, or the installed package. */
const home = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export const shippedRules = join(home, 'rules');

const RULE_FILE_LIMIT = 1024 * 1024;

/**
 * Reads the Sigma files below the folders (or single files) given, in name order. Test files (`*.test.yml`) are not rules.
 *
 * @throws BridgewatchError `RULES_NOT_FOUND` naming the path; `RULE_FILE_TOO_LARGE` past 1 MiB.
 */
export function loadRules(paths: readonly string[]): { file: string; text: string }[] {
  return paths.flatMap(ruleFiles).map((file) => {
    if (statSync(file).size > RULE_FILE_LIMIT) {
      throw new BridgewatchError(
        'RULE_FILE_TOO_LARGE',
        `${file} has ${statSync(file).size} bytes; a rule file has at most ${RULE_FILE_LIMIT}`,
      );
    }
    return { file, text: readFileSync(file, 'utf8') };
  });
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
