import { Problem, remedyFor } from '../../api/problem.ts';
import { revealed } from '../../ui/reveal.ts';

/** Why a sign-in did not go through; `wrong` is said where what was given is wrong. */
export function refusal(error: Error, wrong: string): string {
  const status = error instanceof Problem ? error.status : -1;
  if (status === 401) return wrong;
  if (error instanceof Problem && status === -1) return error.message;
  if (status === 0 || status === 429) return `${error.message} ${remedyFor(error)}`;
  return `${revealed(error.message)} ${remedyFor(error)}`;
}
