import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Proposal } from './queries.ts';
import classes from './tuning.module.css';

const DAY = 86_400_000;
const spans = [7, 30, 90, 180].map((days) => ({ value: String(days), label: `${days} days` }));

interface DecideFormProps {
  readonly proposal: Proposal;
  readonly mayAccept: boolean;
  readonly isPending: boolean;
  readonly onAccept: (reason: string, expiresAt: number) => void;
  readonly onWithdraw: (reason: string) => void;
}

/** A reason, an end, and the word of a person. */
export function DecideForm({ proposal, mayAccept, isPending, onAccept, onWithdraw }: DecideFormProps) {
  const [reason, setReason] = useState('');
  const [days, setDays] = useState('30');
  const isShadow = proposal.state === 'shadow';
  const isSilent = reason.trim().length < 3;
  return (
    <div className={classes.decide}>
      <TextInput
        size="xs"
        label="Reason"
        value={reason}
        maxLength={2000}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {isShadow && mayAccept && (
        <>
          <NativeSelect
            size="xs"
            label="Hide for"
            value={days}
            data={spans}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
          <Button
            size="xs"
            disabled={isSilent}
            loading={isPending}
            // A minute short of the longest, so that a clock a little ahead does not have it refused.
            onClick={() => onAccept(reason, Date.now() + Number(days) * DAY - 60_000)}
          >
            Accept
          </Button>
        </>
      )}
      <Button size="xs" variant="default" disabled={isSilent} loading={isPending} onClick={() => onWithdraw(reason)}>
        {isShadow ? 'Decline' : 'Lift now'}
      </Button>
    </div>
  );
}
