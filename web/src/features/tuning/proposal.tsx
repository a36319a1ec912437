import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { count } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Refused } from '../../ui/refused.tsx';
import { revealed } from '../../ui/reveal.ts';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import { DecideForm } from './decide-form.tsx';
import { ProofFacts } from './proof-facts.tsx';
import { accept, asideQuery, type Proposal, withdraw } from './queries.ts';
import classes from './tuning.module.css';

interface ProposalProps {
  readonly tenant: string;
  readonly proposal: Proposal;
  readonly mayAccept: boolean;
  readonly mayWithdraw: boolean;
}

const said = { false_positive: 'false positives', benign: 'benign' } as const;

/** One filter: what it says, what it was shown to do, what came of it, and the word of a person. */
export function ProposalPanel({ tenant, proposal, mayAccept, mayWithdraw }: ProposalProps) {
  const { id, rule, verdict, run, lines, filter, cautions, rank, standing, counts, accepted, withdrawn, isOfRule } =
    proposal;
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSettled: () => client.invalidateQueries({ queryKey: ['tuning', tenant] }),
  });
  const isOpen = proposal.state === 'shadow' || proposal.state === 'accepted';
  return (
    <div data-testid="proposal" data-standing={standing}>
      <Panel
        id={`proposal-${id}`}
        title={revealed(rule.title)}
        note={`${standing} · from ${run.length} findings determined ${said[verdict]} · choice ${rank}`}
      >
        <div className={classes.columns}>
          <div>
            <ul className={classes.lines} aria-label="Hides what meets all of these">
              {lines.map(({ field, modifier, values }) => (
                <li key={`${field}|${modifier}`}>
                  <code>{field}</code> {modifier === '' ? 'is' : sayings[modifier]}{' '}
                  {values.map((value, at) => (
                    <span key={value}>
                      {at > 0 && ' or '}
                      <Untrusted text={value} mono clip={160} />
                    </span>
                  ))}
                </li>
              ))}
            </ul>
            <details>
              <summary>The Sigma filter</summary>
              <pre className={classes.filter} data-testid="filter">
                {revealed(filter)}
              </pre>
            </details>
            {cautions.length > 0 && (
              <ul className={classes.cautions} data-testid="cautions">
                {cautions.map((caution) => (
                  <li key={caution}>{caution}</li>
                ))}
              </ul>
            )}
          </div>
          <ProofFacts tenant={tenant} proof={proposal.proof} />
        </div>
        <p className={classes.quiet} data-testid="counts">
          {standing === 'shadow'
            ? `In shadow since it was proposed: it would have hidden ${count(counts.shadow)} detections so far, and hides none.`
            : `${count(counts.suppressed)} detections set aside, ${count(counts.shadow)} counted in shadow before. What is set aside stays a detection, searched for and counted, and is grouped into no finding.`}
        </p>
        {isOpen && !isOfRule && (
          <p className={classes.cautions}>The rule has changed since this was proved: it hides nothing any more.</p>
        )}
        {counts.shadow + counts.suppressed > 0 && <Aside tenant={tenant} id={id} />}
        {accepted !== null && proposal.expiresAt !== null && (
          <p className={classes.quiet}>
            Accepted by {revealed(accepted.by.name)} on <When at={accepted.at} />, until{' '}
            <When at={proposal.expiresAt} />: <Untrusted text={accepted.reason} />
          </p>
        )}
        {withdrawn !== null && (
          <p className={classes.quiet}>
            {proposal.state} by {revealed(withdrawn.by.name)} on <When at={withdrawn.at} />:{' '}
            <Untrusted text={withdrawn.reason} />
          </p>
        )}
        {isOpen && mayWithdraw && (
          <DecideForm
            key={proposal.state}
            proposal={proposal}
            mayAccept={mayAccept}
            isPending={act.isPending}
            onAccept={(reason, expiresAt) => act.mutate(() => accept(tenant, proposal, reason, expiresAt))}
            onWithdraw={(reason) => act.mutate(() => withdraw(tenant, id, reason))}
          />
        )}
        <Refused error={act.error} />
      </Panel>
    </div>
  );
}

const sayings = { startswith: 'begins with', endswith: 'ends with', contains: 'contains' } as const;

/** The newest detections that met it. */
function Aside({ tenant, id }: { readonly tenant: string; readonly id: string }) {
  const [isOpen, setOpen] = useState(false);
  const { data } = useQuery({ ...asideQuery(tenant, id), enabled: isOpen });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The newest of them</summary>
      <ul className={classes.aside} data-testid="aside">
        {data?.items.map(({ detection, mode, at, host }) => (
          <li key={`${detection} ${mode}`}>
            <When at={at} /> {host !== null && <Untrusted text={host} clip={60} expandable={false} />}{' '}
            {mode === 'shadow' ? 'counted' : 'set aside'}
          </li>
        ))}
      </ul>
    </details>
  );
}
