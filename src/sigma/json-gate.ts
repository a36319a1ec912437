/**
 * Tells from an event's JSON text alone that none of some texts is in any of its values: the text is there already, and is read far
 * quicker than the values are collected. It may only say so where a value's characters stand in the JSON text as the texts' do.
 */
export class JsonGate {
  readonly #anyOf: RegExp;

  private constructor(anyOf: RegExp) {
    this.#anyOf = anyOf;
  }

  /** @param texts folded, ASCII. Undefined where one of them could be (in) a number, which JSON may write in other ways. */
  static of(texts: readonly string[]): JsonGate | undefined {
    if (texts.some((text) => inNumber.test(text) || 'infinity'.includes(text))) return undefined;
    const written = texts.map((text) => JSON.stringify(text).slice(1, -1).replace(/[^\w]/g, '\\$&'));
    return new JsonGate(new RegExp(written.join('|'), 'i'));
  }

  excludes(json: string): boolean {
    return !otherwise.test(json) && !this.#anyOf.test(json);
  }
}

const inNumber = /^[\d.e+-]*$/;

/** Characters that fold to others (as in `foldsPlainly`), and escapes that JSON need not use. */
const otherwise = /[\u00b5\u00df\u0100-\uffff]|\\(?:u[0-9a-fA-F]{4}|\/)/;
