/** Binary XML once read: what a template says, with a slot where an event's own value goes. */
export type Part = Text | Slot | Element;

export interface Text {
  readonly kind: 'text';
  readonly text: string | number | boolean;
}

export interface Slot {
  readonly kind: 'slot';
  readonly index: number;
}

export interface Attribute {
  readonly name: string;
  readonly content: readonly Part[];
}

export interface Element {
  readonly kind: 'element';
  readonly name: string;
  /** The Name a `Data` element always has: what makes it a member of that name. */
  readonly dataName: string | undefined;
  readonly attributes: readonly Attribute[];
  readonly content: readonly Part[];
}
