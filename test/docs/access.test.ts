import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { roles } from '../../src/contracts/tenant.ts';
import { holds, permissionNames, takesThePerson } from '../../src/http/permissions.ts';

/** Holds the table of docs/access.md equal to the one that is enforced. `UPDATE=1` writes it. */
const page = 'docs/access.md';
const marks = ['<!-- permissions -->', '<!-- /permissions -->'] as const;

function table(): string {
  const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = permissionNames.map((permission) =>
    row(
      `\`${permission}\``,
      ...roles.map((role) => (holds(role, permission) ? 'yes' : '')),
      takesThePerson.has(permission) ? 'never' : 'by scope',
    ),
  );
  const head = ['permission', ...roles, 'by API token'];
  return [row(...head), row(...head.map(() => '---')), ...lines].join('\n');
}

test(`${page} says who may do what`, () => {
  const text = readFileSync(page, 'utf8');
  const [begin, end] = marks.map((mark) => text.indexOf(mark));
  const now = `${text.slice(0, (begin ?? 0) + marks[0].length)}\n${table()}\n${text.slice(end)}`;
  if (process.env.UPDATE === '1') writeFileSync(page, now);
  expect(readFileSync(page, 'utf8'), 'out of date: UPDATE=1 npx vitest run test/docs/access.test.ts').toBe(now);
});

test(`${page} names what no token does`, () => {
  const text = readFileSync(page, 'utf8');
  const said = text.slice(text.indexOf('No token does'), text.indexOf('A token sits'));
  expect([...said.matchAll(/`([a-z.]+)`/g)].map(([, name]) => name)).toEqual([...takesThePerson]);
});
