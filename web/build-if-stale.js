/**
 * Builds web/dist unless it is already the build of the sources as they are. Runs before `npm run demo` and `npm test`.
 * Compares a digest and not file times: a fresh clone gives every file the same time.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('.', import.meta.url));
const dist = join(web, 'dist');
const stamp = join(dist, '.sources');

/** @param {string} folder @returns {string[]} */
function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'dist' && entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : [path];
    });
}

function digestOfSources() {
  const hash = createHash('sha256');
  const lock = join(web, '..', 'package-lock.json');
  const files = filesUnder(web).filter((file) => !file.endsWith('.test.ts'));
  if (existsSync(lock)) files.push(lock);
  for (const file of files.sort())
    hash.update(relative(web, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

const started = performance.now();
const wanted = digestOfSources();
const built = existsSync(join(dist, 'index.html')) && existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';

if (built === wanted) {
  console.error('console: up to date');
} else {
  const { build } = await import('vite');
  await build({ root: web, configFile: join(web, 'vite.config.ts'), logLevel: 'warn' });
  writeFileSync(stamp, wanted);
  console.error(`console: built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
