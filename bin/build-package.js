// Makes what `npm pack` ships: JavaScript from src/, the SQL beside it, and the built console. Run by `prepack`.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (script, ...args) =>
  execFileSync(process.execPath, [`${root}/node_modules/${script}`, ...args], { cwd: root, stdio: 'inherit' });

rmSync(`${root}/dist`, { recursive: true, force: true });
run('typescript/bin/tsc', '-p', 'tsconfig.build.json');
cpSync(`${root}/src/adapters/postgres/migrations`, `${root}/dist/adapters/postgres/migrations`, { recursive: true });
run('vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn');
