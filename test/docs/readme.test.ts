import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const pages = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const scripts = Object.keys(
  (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts,
);
const helped = new Map<string, string>();
/** Asked once a command: pages name the same ones, and each answer starts a process. */
function help(...words: string[]): string {
  const known = helped.get(words.join(' '));
  if (known !== undefined) return known;
  const text = execFileSync(process.execPath, ['bin/bridgewatch.js', ...words, '--help'], { encoding: 'utf8' });
  helped.set(words.join(' '), text);
  return text;
}

/** The words of a documented command up to its first argument, and the options it is given. */
function parts(command: string): { words: string[]; options: string[] } {
  const words: string[] = [];
  for (const word of command.split(/\s+/)) {
    if (!/^[a-z]+$/.test(word)) break;
    words.push(word);
  }
  return { words, options: [...command.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option) };
}

/** Commands that stand under another. */
const grouped: ReadonlySet<string> = new Set(['rules', 'ledger', 'account', 'provider', 'playbooks', 'source']);

describe.each(pages)('%s', (page) => {
  const text = readFileSync(page, 'utf8');

  // A process for each command, on machines that have other work.
  it('names commands and options that exist', { timeout: 180_000 }, () => {
    for (const [, command = ''] of text.matchAll(
      /(?:npx )?bridgewatch ((?:assess|detect|serve|rules|ledger|backup|restore|sample|demo|openapi|stop|lift|account|provider|playbooks|source)\b[^`\n|]*)/g,
    )) {
      const { words, options } = parts(command);
      const described = help(...words.slice(0, grouped.has(words[0] ?? '') ? 2 : 1));
      for (const option of options) expect(described, `${command}: ${option}`).toContain(option);
    }
  });

  it('names npm scripts that exist', () => {
    for (const [, script = ''] of text.matchAll(/npm run (?:--silent )?([a-z][a-z:-]*)/g))
      expect(scripts, page).toContain(script);
  });

  it('links to files that exist', () => {
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)) {
      expect(existsSync(join(page, '..', target)), `${page} links to ${target}`).toBe(true);
    }
  });
});
