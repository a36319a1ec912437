import { z } from 'zod';
import type { RequestTemplate } from './settings.ts';
import { bad, type Piece, readTemplate } from './template.ts';
import { type Encode, inForm, inHeader, inJson, inUrl, joined, render, Text } from './text.ts';
import { invalid, type Values } from './values.ts';

/** One request as it will be sent, but for its secrets: those stand by name. This is what a plan shows and an approval binds to. */
export const PlannedRequest = z.strictObject({
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), Text),
  body: z.union([z.strictObject({ json: Text }), z.strictObject({ form: Text }), z.null()]),
  expect: z.strictObject({
    status: z.array(z.number()),
    json: z
      .strictObject({ pointer: z.string(), equals: z.union([z.string(), z.number(), z.boolean(), z.null()]) })
      .nullable(),
  }),
});
export type PlannedRequest = z.infer<typeof PlannedRequest>;

export type Planner = (values: Values) => PlannedRequest;

const SENSITIVE = /^(authorization|cookie|x-api-key|api-key|x-auth-token|private-token)$/i;

/**
 * Reads the templates of one request, once; `where` names it in errors. The planner it returns fills them in, each value encoded for where it
 * stands. Throws `CONNECTOR_TEMPLATE_BAD` now; `CONNECTOR_ORDER_INVALID` when filled.
 */
export function plannerOf(request: RequestTemplate, where: string): Planner {
  const url = urlPlanner(request.url, `${where}: url`);
  const headers = Object.entries(request.headers).map(([name, text]) => {
    const pieces = readTemplate(text, `${where}: header ${name}`, true);
    if (SENSITIVE.test(name) && !pieces.some((piece) => 'secret' in piece)) {
      throw bad(`${where}: header ${name}`, 'must name its secret, {{secret:name}}, and not hold it');
    }
    for (const piece of pieces) if ('text' in piece) inHeader(piece.text);
    return { name: name.toLowerCase(), pieces };
  });
  const body = bodyPlanner(request.body, `${where}: body`);
  const { status, json } = request.expect;
  const equals = typeof json?.equals === 'string' ? readTemplate(json.equals, `${where}: expect`, false) : null;
  return (values) => ({
    method: request.method,
    url: url(values),
    headers: Object.fromEntries(headers.map(({ name, pieces }) => [name, render(pieces, values, inHeader)])),
    body: body(values),
    expect: {
      status,
      json:
        json === undefined
          ? null
          : { pointer: json.pointer, equals: equals === null ? json.equals : plain(render(equals, values, same)) },
    },
  });
}

const same: Encode = (value) => value;

/** A text that can hold no secret, since its template may not. */
function plain(text: Text): string {
  return typeof text === 'string' ? text : '';
}

function urlPlanner(template: string, where: string): (values: Values) => string {
  const pieces = readTemplate(template, where, false);
  const [first] = pieces;
  const start = first !== undefined && 'text' in first ? first.text : '';
  // A template that is text from end to end may end with the host.
  const begins = pieces.length === 1 ? /^https?:\/\/[^/?#\\@{}]+([/?]|$)/ : /^https?:\/\/[^/?#\\@{}]+[/?]/;
  if (!begins.test(start) || !URL.canParse(begins.exec(start)?.[0] ?? '')) {
    throw bad(where, 'must begin with scheme, host and a slash, in which no placeholder stands');
  }
  if (pieces.some((piece) => 'text' in piece && piece.text.includes('#')))
    throw bad(where, 'has a fragment, which is never sent');
  return (values) => {
    const url = plain(render(pieces, values, inUrl));
    // A value of `..` would climb out of the path that was meant; URLs read %2e as a dot too.
    const path = url.replace(/[?].*$/s, '').replace(/^https?:\/\/[^/]*/, '');
    if (path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment))) {
      throw invalid('a value makes . or .. of a part of the path');
    }
    return new URL(url).href;
  };
}

function bodyPlanner(body: RequestTemplate['body'], where: string): (values: Values) => PlannedRequest['body'] {
  if (body === undefined) return () => null;
  if ('form' in body) {
    const fields = Object.entries(body.form).map(([name, text]) => ({
      name,
      pieces: readTemplate(text, `${where}: ${name}`, true),
    }));
    // A secret in a form is encoded when it is filled in; text and values are here.
    return (values) => ({
      form: joined(
        fields.flatMap(({ name, pieces }, n) => [
          `${n === 0 ? '' : '&'}${inForm(name)}=`,
          ...partsOf(
            render(
              pieces.map((piece) => ('text' in piece ? { text: inForm(piece.text) } : piece)),
              values,
              inForm,
            ),
          ),
        ]),
      ),
    });
  }
  const json = jsonPlanner(body.json, where);
  return (values) => ({ json: joined(json(values)) });
}

type Part = string | { readonly secret: string };

function partsOf(text: Text): readonly Part[] {
  return typeof text === 'string' ? [text] : text;
}

/** Writes JSON, so that no value can leave the string it stands in. A string that is one placeholder keeps a number or true or false as such. */
function jsonPlanner(value: unknown, where: string): (values: Values) => readonly Part[] {
  if (typeof value === 'string') {
    const pieces = readTemplate(value, where, true);
    const [only] = pieces;
    const whole = pieces.length === 1 && only !== undefined && 'value' in only ? only.value : null;
    const encoded = pieces.map((piece): Piece => ('text' in piece ? { text: inJson(piece.text) } : piece));
    return (values) => {
      const filled = whole === null ? '' : values(whole);
      if (typeof filled !== 'string') return [JSON.stringify(filled)];
      return ['"', ...partsOf(render(encoded, values, inJson)), '"'];
    };
  }
  if (Array.isArray(value)) {
    const items = value.map((each, n) => jsonPlanner(each, `${where}/${n}`));
    return (values) => ['[', ...items.flatMap((item, n) => [n === 0 ? '' : ',', ...item(values)]), ']'];
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, each]) => {
      if (name.includes('{{'))
        throw bad(`${where}/${name.slice(0, 60)}`, 'has a placeholder in a name; only values may have one');
      return { name: JSON.stringify(name), item: jsonPlanner(each, `${where}/${name.slice(0, 60)}`) };
    });
    return (values) => [
      '{',
      ...members.flatMap(({ name, item }, n) => [`${n === 0 ? '' : ','}${name}:`, ...item(values)]),
      '}',
    ];
  }
  const text = JSON.stringify(value) ?? 'null';
  return () => [text];
}
