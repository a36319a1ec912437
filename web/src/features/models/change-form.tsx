import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Refused } from '../../ui/refused.tsx';
import classes from './models.module.css';

interface ChangeFormProps {
  readonly label: string;
  /** What follows from it. */
  readonly title: string;
  readonly confirm: string;
  readonly change: (reason: string) => Promise<unknown>;
  readonly onDone: () => Promise<void>;
}

/** A change of what scores: one press, a reason, done. */
export function ChangeForm({ label, title, confirm, change, onDone }: ChangeFormProps) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const changing = useMutation({
    mutationFn: () => change(reason.trim()),
    onSuccess: async () => {
      setAsking(false);
      setReason('');
      await onDone();
    },
    onError: onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') changing.mutate();
  };
  if (!asking) {
    return (
      <div className={classes.buttons}>
        <Button size="xs" variant="default" onClick={() => setAsking(true)}>
          {label}
        </Button>
      </div>
    );
  }
  return (
    <form onSubmit={submit}>
      <div className={classes.buttons}>
        <TextInput
          label="Why?"
          description={title}
          size="xs"
          w={420}
          maxLength={400}
          autoFocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button type="submit" size="xs" loading={changing.isPending} disabled={reason.trim() === ''}>
          {confirm}
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={() => setAsking(false)}>
          Cancel
        </Button>
      </div>
      <Refused error={changing.error} />
    </form>
  );
}
