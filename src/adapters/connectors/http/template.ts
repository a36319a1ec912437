import { SecretName } from '../../../contracts/connector.ts';
import { BridgewatchError } from '../../../kernel/errors.ts';

/** A piece of a template: text as it is, a value of the order, or a secret by name. */
export type Piece = { readonly text: string } | { readonly value: string } | { readonly secret: string };

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const VALUE = /^(target\.value|parameters\.[a-z][a-z0-9_]{0,39})$/;

/**
 * Reads a template. There are `{{target.value}}`, `{{parameters.name}}` and, where `secrets` is true, `{{secret:name}}`; nothing else, and no
 * logic. It is read once, when the connector is made: what a value holds is never read as a template. Throws `CONNECTOR_TEMPLATE_BAD`.
 */
export function readTemplate(text: string, where: string, secrets: boolean): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(PLACEHOLDER)) {
    if (found.index > at) pieces.push({ text: text.slice(at, found.index) });
    pieces.push(placeholder(found[1]?.trim() ?? '', where, secrets));
    at = found.index + found[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  if (pieces.some((piece) => 'text' in piece && piece.text.includes('{{'))) {
    throw bad(where, 'opens {{ and does not close it');
  }
  return pieces;
}

function placeholder(inside: string, where: string, secrets: boolean): Piece {
  if (VALUE.test(inside)) return { value: inside };
  const name = /^secret:(.*)$/.exec(inside)?.[1];
  if (name === undefined) {
    throw bad(
      where,
      `has {{${inside.slice(0, 60)}}}; there are {{target.value}}, {{parameters.name}} and {{secret:name}}`,
    );
  }
  if (!secrets) throw bad(where, 'names a secret; those may stand in headers and body only');
  if (!SecretName.safeParse(name).success)
    throw bad(where, `names a secret "${name.slice(0, 60)}" that no secret can have`);
  return { secret: name };
}

export function bad(where: string, what: string): BridgewatchError {
  return new BridgewatchError('CONNECTOR_TEMPLATE_BAD', `${where} ${what}`, 400);
}
