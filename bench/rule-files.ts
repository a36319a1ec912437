import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every .yml and .yaml file under the folders (or files) given, in name order. */
export function ruleFiles(paths: readonly string[]): { file: string; text: string }[] {
  const found: { file: string; text: string }[] = [];
  const visit = (path: string): void => {
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else if (/\.ya?ml$/.test(path)) found.push({ file: path, text: readFileSync(path, 'utf8') });
  };
  for (const path of paths) visit(path);
  return found;
}
