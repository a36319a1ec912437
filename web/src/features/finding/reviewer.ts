import type { Me } from '../../api/model.ts';

/** The signed-in person, as the one who would answer for a decision here. */
export interface Reviewer {
  readonly name: string;
  readonly role: Me['tenants'][number]['role'];
}
