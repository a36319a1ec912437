import { Button, Radio, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type CSSProperties, type FormEvent, useRef, useState } from 'react';
import { attemptKey } from '../../api/client.ts';
import { type Disposition, dispositions, type Finding } from '../../api/model.ts';
import { Problem, remedyFor } from '../../api/problem.ts';
import { determine, queries } from '../../api/queries.ts';
import { words } from '../../ui/format.ts';
import { Verdict, verdictColour } from '../../ui/marks.tsx';
import { revealed } from '../../ui/reveal.ts';
import classes from './decide.module.css';
import type { Reviewer } from './reviewer.ts';

/** The server takes reasons from the verdict's short list, or own words behind this. */
const OWN_WORDS = 'other: ';

const meanings: Readonly<Record<Disposition, string>> = {
  threat: 'malicious; becomes an incident',
  benign: 'real, and authorised',
  false_positive: 'the detector was wrong',
  inconclusive: 'evidence is missing',
};

interface DeterminationFormProps {
  readonly tenant: string;
  readonly finding: Finding;
  readonly etag: string;
  readonly reviewer: Reviewer;
  readonly onDone: () => Promise<void>;
  readonly onError: (error: Error) => Promise<void>;
}

export function DeterminationForm({ tenant, finding, etag, reviewer, onDone, onError }: DeterminationFormProps) {
  const [verdict, setVerdict] = useState<Disposition | null>(null);
  const [reason, setReason] = useState('');
  const [ownWords, setOwnWords] = useState('');
  const [note, setNote] = useState('');
  const [reviewed, setReviewed] = useState(finding.revision);
  if (reviewed !== finding.revision) {
    // A verdict is on what was read; what the person wrote is theirs and stays.
    setReviewed(finding.revision);
    setVerdict(null);
    setReason('');
  }
  const reasons = useQuery(queries.verdictReasons(tenant));
  // The same key for the same answer: a repeat after a lost reply is recognised, a changed answer is a new attempt.
  const attempt = useRef({ body: '', key: '', timeSpentMs: 0 });
  const began = useRef(Date.now());
  const decision = useMutation({
    mutationFn: (body: { verdict: Disposition; reason: string; note: string }) => {
      const written = JSON.stringify(body);
      if (attempt.current.body !== written) {
        const timeSpentMs = Math.min(86_400_000, Math.max(0, Date.now() - began.current));
        attempt.current = { body: written, key: attemptKey(), timeSpentMs };
      }
      const { key, timeSpentMs } = attempt.current;
      return determine({ tenant, id: finding.id, etag, key }, { ...body, timeSpentMs });
    },
    onSuccess: onDone,
    onError,
  });
  const given = ownWords.trim();
  const complete = reason !== OWN_WORDS ? reason : given === '' ? '' : OWN_WORDS + given;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (verdict && complete !== '') decision.mutate({ verdict, reason: complete, note: note.trim() });
  };
  const choose = (value: string) => {
    setVerdict(dispositions.find((disposition) => disposition === value) ?? null);
    setReason('');
  };
  if (reviewer.role === 'viewer')
    return (
      <p className={classes.hint}>
        You can read findings here. Deciding needs the role of analyst; ask an administrator.
      </p>
    );
  const recommended = finding.recommendation?.disposition ?? null;
  const refused = decision.error && !(decision.error instanceof Problem && decision.error.status === 412);
  return (
    <form onSubmit={submit} className={classes.form}>
      <div className={classes.ai}>
        {recommended === null ? (
          <span>Decide on the evidence; no AI recommendation is shown</span>
        ) : (
          <>
            <span>AI's recommendation, not a decision</span>
            <Verdict verdict={recommended} by="ai" />
          </>
        )}
      </div>
      <Radio.Group label="Your verdict" value={verdict ?? ''} onChange={choose} name="verdict">
        <div className={classes.verdicts}>
          {dispositions.map((disposition) => (
            <Radio.Card
              key={disposition}
              value={disposition}
              className={classes.verdict}
              style={{ '--verdict': verdictColour(disposition) } as CSSProperties}
              aria-label={`${words(disposition)}: ${meanings[disposition]}`}
            >
              <Radio.Indicator size="xs" />
              <span>
                <b>{words(disposition)}</b>
                <small>{meanings[disposition]}</small>
              </span>
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
      {verdict && (
        <Radio.Group label="Reason" value={reason} onChange={setReason} name="reason" required withAsterisk={false}>
          <div className={classes.choices}>
            {(reasons.data?.[verdict] ?? []).map((choice) => (
              <Radio key={choice} value={choice} label={choice} size="xs" />
            ))}
            <Radio value={OWN_WORDS} label="other, in your own words" size="xs" />
            {reason === OWN_WORDS && (
              <TextInput
                size="xs"
                aria-label="The reason in your own words"
                maxLength={300}
                autoFocus
                value={ownWords}
                onChange={(event) => setOwnWords(event.currentTarget.value)}
              />
            )}
            {reasons.isError && (
              <p role="alert" className={classes.refused}>
                The reasons could not be loaded. {remedyFor(reasons.error)}
              </p>
            )}
          </div>
        </Radio.Group>
      )}
      <Textarea
        label="Note"
        description="What the next person should know"
        autosize
        minRows={2}
        maxRows={8}
        maxLength={4000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {verdict && recommended !== null && verdict !== recommended && (
        <p className={classes.hint}>Differs from the AI's recommendation. Both stay on record.</p>
      )}
      {refused && (
        <p role="alert" className={classes.refused}>
          Not recorded: {revealed(decision.error.message)} {remedyFor(decision.error)}
        </p>
      )}
      <Button type="submit" fullWidth disabled={!verdict || complete === ''} loading={decision.isPending}>
        Record determination
      </Button>
      <p className={classes.owner}>
        Recorded as <b>{reviewer.name}</b> ({reviewer.role})
      </p>
    </form>
  );
}
