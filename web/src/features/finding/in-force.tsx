import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { attemptKey } from '../../api/client.ts';
import type { Determination, FindingDocument } from '../../api/model.ts';
import { Problem, remedyFor } from '../../api/problem.ts';
import { reopen } from '../../api/queries.ts';
import { duration } from '../../ui/format.ts';
import { Verdict } from '../../ui/marks.tsx';
import { revealed } from '../../ui/reveal.ts';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import classes from './decide.module.css';

interface InForceProps {
  readonly tenant: string;
  readonly document: FindingDocument;
  readonly determination: Determination;
  readonly mayWrite: boolean;
  readonly onDone: () => Promise<void>;
  readonly onError: (error: Error) => Promise<void>;
}

/** The determination that holds, who gave it, and the way to open the finding again. */
export function InForce({ tenant, document, determination, mayWrite, onDone, onError }: InForceProps) {
  const { finding, visibleAt } = document;
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const attempt = useRef({ reason: '', key: '' });
  const reopening = useMutation({
    mutationFn: () => {
      if (attempt.current.reason !== reason) attempt.current = { reason, key: attemptKey() };
      const write = { tenant, id: finding.id, etag: document.etag, key: attempt.current.key };
      return reopen(write, { reason: reason.trim() });
    },
    onSuccess: onDone,
    onError,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') reopening.mutate();
  };
  const refused = reopening.error && !(reopening.error instanceof Problem && reopening.error.status === 412);
  return (
    <div className={classes.form} data-testid="determination">
      <div className={classes.held}>
        <Verdict verdict={determination.verdict} by="human" />
        <p className={classes.by}>
          <b>
            <Untrusted text={determination.by.name} clip={80} />
          </b>
          , <When at={determination.at} />
          <br />
          {determination.reason}
        </p>
        {determination.note !== '' && (
          <p className={classes.note}>
            <Untrusted text={determination.note} clip={600} />
          </p>
        )}
        <p className={classes.hint}>
          Decided {duration(determination.at - visibleAt)} after it became visible, on revision {determination.revision}
          .
        </p>
      </div>
      <div className={classes.ai}>
        {determination.recommended === null ? (
          <span>The AI had not surfaced it</span>
        ) : (
          <>
            <span>
              {determination.blind ? 'Decided blind; the AI had said' : "AI's recommendation at that revision"}
            </span>
            <Verdict verdict={determination.recommended} by="ai" />
          </>
        )}
      </div>
      {mayWrite && !asking && (
        <Button variant="default" size="xs" onClick={() => setAsking(true)}>
          Reopen…
        </Button>
      )}
      {mayWrite && asking && (
        <form onSubmit={submit} className={classes.form}>
          <TextInput
            label="Why open it again?"
            description="The determination stays on record and no longer holds"
            maxLength={400}
            required
            withAsterisk={false}
            autoFocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {refused && (
            <p role="alert" className={classes.refused}>
              Not reopened: {revealed(reopening.error.message)} {remedyFor(reopening.error)}
            </p>
          )}
          <div className={classes.buttons}>
            <Button type="submit" size="xs" loading={reopening.isPending} disabled={reason.trim() === ''}>
              Reopen finding
            </Button>
            <Button variant="subtle" color="gray" size="xs" onClick={() => setAsking(false)}>
              Cancel
            </Button>
          </div>
        </form>
      )}
    </div>
  );
}
