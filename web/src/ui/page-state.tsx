import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Problem, remedyFor } from '../api/problem.ts';
import { revealed } from './reveal.ts';
import classes from './ui.module.css';

/** Rows of grey where rows of text will be, so that nothing moves when they come. */
export function Loading({
  what,
  rows = 6,
  height = 44,
}: {
  readonly what: string;
  readonly rows?: number;
  readonly height?: number;
}) {
  return (
    <div role="status" aria-label={`Loading ${what}`} style={{ padding: '12px 14px', display: 'grid', gap: 10 }}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical placeholders.
        <Skeleton key={row} height={height} radius="sm" />
      ))}
    </div>
  );
}

/** What went wrong, what to do, and the code to look up. */
export function Failure({
  what,
  error,
  retry,
}: {
  readonly what: string;
  readonly error: unknown;
  readonly retry?: () => void;
}) {
  const problem = error instanceof Problem ? error : undefined;
  return (
    <div role="alert" className={classes.state}>
      <h2>
        {what} could not be loaded: {revealed(problem?.title ?? 'unexpected error')}
      </h2>
      <p>{revealed(error instanceof Error ? error.message : String(error))}</p>
      <p>{remedyFor(error)}</p>
      {problem && <span className={classes.code}>{problem.code}</span>}
      {retry && (
        <Button size="xs" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className={classes.state}>
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}
