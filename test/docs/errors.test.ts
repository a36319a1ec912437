import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** Holds docs/errors.md equal to the errors that src/ can throw. `UPDATE=1` writes it. */
const page = 'docs/errors.md';

interface Thrown {
  readonly code: string;
  readonly status: string;
  readonly message: string;
  readonly at: string;
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('.d.ts'))
  .map((path) => join('src', path).replaceAll('\\', '/'))
  .sort();

/** A message as a reader sees it, with `…` for each value that is filled in. */
function shown(node: ts.Expression | undefined): string {
  if (node === undefined) return '';
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('');
  }
  if (ts.isBinaryExpression(node)) return shown(node.left) + shown(node.right);
  return '…';
}

function thrownIn(path: string): Thrown[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Thrown[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'BridgewatchError') {
      const [code, message, status] = node.arguments ?? [];
      // A table of codes is passed on as a variable; tables are read below, by the shape of their rows.
      if (code !== undefined && ts.isStringLiteralLike(code)) {
        found.push({ code: code.text, status: status?.getText() ?? '500', message: shown(message), at: path });
      }
    }
    if (ts.isObjectLiteralExpression(node)) {
      const row = new Map(
        node.properties.filter(ts.isPropertyAssignment).map((each) => [each.name.getText(), each.initializer]),
      );
      const code = row.get('code');
      const status = row.get('status');
      if (code !== undefined && ts.isStringLiteralLike(code) && status !== undefined && ts.isNumericLiteral(status)) {
        found.push({ code: code.text, status: status.text, message: shown(row.get('message')), at: path });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function pageOf(errors: readonly Thrown[]): string {
  const byCode = Map.groupBy(errors, (error) => error.code);
  const rows = [...byCode]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, all]) => {
      const statuses = [...new Set(all.map(({ status }) => (/^\d+$/.test(status) ? status : 'varies')))]
        .sort()
        .join(', ');
      const messages = [
        ...new Set(all.map(({ message }) => message.replaceAll('|', '\\|').replaceAll('<', '&lt;'))),
      ].join('<br>');
      const files = [...new Set(all.map(({ at }) => `\`${at}\``))].join('<br>');
      return `| \`${code}\` | ${statuses} | ${messages} | ${files} |`;
    });
  return [
    '# Errors',
    '',
    'Every error of the product has a stable code. The status is that of the HTTP answer where the error crosses the API,',
    'as an RFC 9457 problem document whose `code` is the one below. `…` stands for the value in question.',
    'Written by `UPDATE=1 npx vitest run test/docs/errors.test.ts`.',
    '',
    '| code | status | message | thrown in |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

const errors = sources.flatMap(thrownIn);

test('codes are in upper case with underscores', () => {
  expect(errors.length).toBeGreaterThan(10);
  expect(errors.filter(({ code }) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code))).toEqual([]);
});

test('docs/errors.md lists the errors that are thrown', () => {
  const now = pageOf(errors);
  if (process.env.UPDATE === '1') writeFileSync(page, now);
  expect(readFileSync(page, 'utf8'), 'out of date: UPDATE=1 npx vitest run test/docs/errors.test.ts').toBe(now);
});
