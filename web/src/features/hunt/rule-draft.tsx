import { Button, CopyButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { count } from '../../ui/format.ts';
import { Refused } from '../../ui/refused.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import classes from './hunt.module.css';
import { type Asked, type Draft, draftOf } from './queries.ts';

/** From the search to a Sigma rule, and what that would have done. Nothing is live by it. */
export function RuleDraft({ tenant, asked }: { readonly tenant: string; readonly asked: Asked }) {
  const draft = useMutation({ mutationFn: () => draftOf(tenant, asked) });
  return (
    <>
      <p className={classes.quiet}>
        The draft is text and a report; no rule is live until someone puts it among the rules.
      </p>
      <Button size="xs" variant="default" loading={draft.isPending} onClick={() => draft.mutate()}>
        Draft a rule and try it on the past
      </Button>
      <Refused error={draft.error} />
      {draft.data !== undefined && <Report draft={draft.data} />}
    </>
  );
}

function Report({ draft: { rule, notes, backtest } }: { readonly draft: Draft }) {
  const { events, fired, hunted, both, hosts, days, complete, unreadable } = backtest;
  return (
    <div className={classes.draft}>
      <div>
        <pre data-testid="rule">
          <Untrusted block text={rule} clip={20_000} />
        </pre>
        <CopyButton value={rule}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy the rule'}
            </Button>
          )}
        </CopyButton>
      </div>
      <div data-testid="backtest">
        <p>
          Tried on {count(events)} events{complete ? '' : ' (time ran out before the end)'}: it would have fired{' '}
          <b>{count(fired)}</b> times; the search finds {count(hunted)}, both agree on {count(both)}.
          {unreadable > 0 && ` ${count(unreadable)} records were given up and cannot be tried.`}
        </p>
        {fired > both && <p>{count(fired - both)} events match the rule and not the search.</p>}
        {hunted > both && <p>{count(hunted - both)} events match the search and not the rule.</p>}
        <ul>
          {notes.map((note) => (
            <li key={note}>
              <Untrusted text={note} />
            </li>
          ))}
        </ul>
        <div className={classes.counts}>
          <Counts title="By host" rows={hosts.map((each) => [each.host ?? 'no host', each.fired])} />
          <Counts title="By day" rows={days.map((each) => [each.day, each.fired])} />
        </div>
      </div>
    </div>
  );
}

const MOST = 14;

function Counts({ title, rows }: { readonly title: string; readonly rows: readonly (readonly [string, number])[] }) {
  return (
    <section className={classes.top}>
      <h3>{title}</h3>
      <ol>
        {rows.slice(0, MOST).map(([name, events]) => (
          <li key={name}>
            <Untrusted text={name} clip={40} expandable={false} />
            <span>{count(events)}</span>
          </li>
        ))}
      </ol>
      {rows.length > MOST && <p className={classes.quiet}>and {count(rows.length - MOST)} more</p>}
    </section>
  );
}
