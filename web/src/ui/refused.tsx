import { Alert } from '@mantine/core';
import { Problem, remedyFor } from '../api/problem.ts';
import { revealed } from './reveal.ts';

/** Why the server did not do it, and what to do about it. */
export function Refused({ error, wrong }: { readonly error: Error | null; readonly wrong?: string }) {
  if (error === null) return null;
  const status = error instanceof Problem ? error.status : -1;
  const said = wrong !== undefined && (status === 400 || status === 401) ? wrong : revealed(error.message);
  return (
    <Alert color="red" variant="light" role="alert" p="xs">
      {said} {status === 0 || status === 429 || status >= 500 ? remedyFor(error) : ''}
    </Alert>
  );
}
