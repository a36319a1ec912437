import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { remedyFor } from '../../api/problem.ts';
import { Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { revealed } from '../../ui/reveal.ts';
import { Untrusted } from '../../ui/untrusted.tsx';
import { useTitle } from '../../ui/use-title.ts';
import { When } from '../../ui/when.tsx';
import classes from './authority.module.css';
import { actionQuery, approve, deny, undo } from './queries.ts';

interface ActionPageProps {
  readonly tenant: string;
  readonly id: string;
  /** Hash of the plan that a message spoke of; empty where nobody came by one. */
  readonly plan: string;
}

/** One action: exactly what would be done, to what, and the buttons that make it so. */
export function ActionPage({ tenant, id, plan }: ActionPageProps) {
  useTitle('Action');
  const detail = useQuery(actionQuery(tenant, id));
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const act = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSettled: () =>
      Promise.all(
        [
          ['action', tenant, id],
          ['actions', tenant],
        ].map((queryKey) => client.invalidateQueries({ queryKey })),
      ),
  });
  if (detail.isPending) return <Loading what="the action" />;
  if (detail.isError) return <Failure what="The action" error={detail.error} retry={() => void detail.refetch()} />;
  const { action, approvals, notes } = detail.data;
  const { plan: now, planHash, state } = action;
  const changed = plan !== '' && plan !== planHash;
  const needsReason = reason.trim() === '';
  return (
    <div className={classes.page}>
      <div>
        <h1>
          {action.kind.replaceAll('_', ' ')} of <Untrusted text={action.target.value} clip={120} />
        </h1>
        <p className={classes.lead}>
          <Untrusted text={action.why} clip={300} />
        </p>
      </div>
      {changed && <p className={classes.missing}>The plan has changed since you were told of it. Read it again.</p>}
      <Panel id="plan" title="The plan" note={`${planHash.slice(0, 12)} · ${state}`}>
        <dl className={classes.facts}>
          <dt>Impact</dt>
          <dd>{now.impact}</dd>
          <dt>Undo</dt>
          <dd>{now.undo === null ? 'cannot be undone' : <Untrusted text={now.undo} clip={300} />}</dd>
          <dt>Carried out by</dt>
          <dd>{now.connector}</dd>
          <dt>Proposed by</dt>
          <dd>
            {action.proposedBy.name} <When at={action.proposedAt} />
          </dd>
          <dt>Approvals</dt>
          <dd>
            {approvals
              .filter((one) => one.planHash === planHash)
              .map((one) => one.by.name)
              .join(', ') || 'none'}{' '}
            of {action.approvalsNeeded}
          </dd>
          <dt>Affects</dt>
          <dd>
            <ul className={classes.list}>
              {now.blastRadius.said.map((said) => (
                <li key={said}>
                  <Untrusted text={said} clip={240} />
                </li>
              ))}
            </ul>
          </dd>
          <dt>Exactly</dt>
          <dd>
            <pre className={classes.plan}>{revealed(JSON.stringify(now.arguments, null, 2))}</pre>
          </dd>
        </dl>
        <div className={classes.buttons}>
          {state === 'proposed' && (
            <Button size="xs" loading={act.isPending} onClick={() => act.mutate(() => approve(tenant, id, planHash))}>
              Approve this plan
            </Button>
          )}
          {(state === 'proposed' || state === 'verified') && (
            <TextInput
              size="xs"
              label="Reason"
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {state === 'proposed' && (
            <Button
              size="xs"
              variant="default"
              disabled={needsReason}
              onClick={() => act.mutate(() => deny(tenant, id, reason))}
            >
              Deny
            </Button>
          )}
          {state === 'verified' && now.reversible && (
            <Button
              size="xs"
              variant="default"
              disabled={needsReason}
              onClick={() => act.mutate(() => undo(tenant, id, reason))}
            >
              Undo
            </Button>
          )}
        </div>
        {act.error && (
          <p className={classes.missing} role="alert">
            {revealed(act.error.message)} {remedyFor(act.error)}
          </p>
        )}
      </Panel>
      {notes.length > 0 && (
        <Panel id="notes" title="What happened" note={String(notes.length)}>
          <pre className={classes.plan}>{revealed(notes.map((note) => JSON.stringify(note)).join('\n'))}</pre>
        </Panel>
      )}
    </div>
  );
}
