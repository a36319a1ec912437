import type { SourceDirectory, SourceRef } from '../../src/contracts/source.ts';

/** Sources by token, as a directory that a door asks; nobody is known by address. */
export function sourcesByToken(tokens: Readonly<Record<string, SourceRef>>): SourceDirectory {
  return { byToken: (token) => (Object.hasOwn(tokens, token) ? tokens[token] : undefined), byPeer: () => undefined };
}
