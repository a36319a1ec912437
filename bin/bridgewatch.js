#!/usr/bin/env node
// Plain JavaScript that any Node from 18 on can parse: it finds a Node that runs the product and hands over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED = 24;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
// A checkout runs its TypeScript as it is; Node refuses that below node_modules, so a package carries JavaScript.
const source = here('../src/main.ts');
const entry = existsSync(source) ? source : here('../dist/main.js');

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  await import(pathToFileURL(entry).href);
} else {
  const bundled = [here('../node_modules/node/bin/node'), here('../node_modules/node/bin/node.exe')].find(existsSync);
  if (bundled === undefined) {
    process.stderr.write(
      `bridgewatch needs Node.js ${NEEDED} or newer; this is ${process.version}. Get it from https://nodejs.org\n`,
    );
    process.exit(1);
  }
  const child = spawn(bundled, [entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 15)));
}
