import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changePassword } from '../../api/session.ts';
import { Refused } from '../../ui/refused.tsx';
import classes from './account.module.css';

const SHORTEST = 12;

/** Changes the password; every other session of the account ends with it. */
export function PasswordForm({ onDone }: { readonly onDone: () => Promise<void> }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: async () => {
      setCurrent('');
      setNext('');
      setAgain('');
      await onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const short = next !== '' && next.length < SHORTEST;
  const differs = again !== '' && again !== next;
  const field = { required: true, withAsterisk: false } as const;
  return (
    <form className={classes.form} onSubmit={submit}>
      <PasswordInput
        {...field}
        label="Current password"
        autoComplete="current-password"
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
      />
      <PasswordInput
        {...field}
        label="New password"
        description={`At least ${SHORTEST} characters; a few words do well.`}
        autoComplete="new-password"
        error={short ? `${SHORTEST - next.length} characters more` : undefined}
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
      />
      <PasswordInput
        {...field}
        label="New password again"
        autoComplete="new-password"
        error={differs ? 'Not the same' : undefined}
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
      />
      <Refused error={change.error} wrong="The current password is wrong, or the new one is no other." />
      {change.isSuccess && <p role="status">Changed. Other sessions have ended.</p>}
      <Button type="submit" size="xs" loading={change.isPending} disabled={next.length < SHORTEST || again !== next}>
        Change password
      </Button>
    </form>
  );
}
