import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { remedyFor } from '../../api/problem.ts';
import { Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { revealed } from '../../ui/reveal.ts';
import { Untrusted } from '../../ui/untrusted.tsx';
import { useTitle } from '../../ui/use-title.ts';
import classes from './authority.module.css';
import { ApprovalFacts, PlanFacts } from './plan-facts.tsx';
import { type ActionDetail, actionQuery, approve, deny, undo } from './queries.ts';

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
  if (detail.isPending) return <Loading what="the action" />;
  if (detail.data === undefined)
    return <Failure what="The action" error={detail.error} retry={() => void detail.refetch()} />;
  return <Action key={id} tenant={tenant} told={plan} detail={detail.data} />;
}

interface ActionProps {
  readonly tenant: string;
  readonly told: string;
  readonly detail: ActionDetail;
}

/**
 * The page moves on by itself, the plan does not: what is shown and what is approved is the plan that was read, until the person asks
 * for the one that took its place.
 */
function Action({ tenant, told, detail }: ActionProps) {
  const { action, approvals, notes } = detail;
  const { id, state } = action;
  const [held, setHeld] = useState(action);
  const [reason, setReason] = useState('');
  const client = useQueryClient();
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
  const replaced = held.planNumber !== action.planNumber;
  const mayDeny = state === 'proposed' || (state === 'approved' && action.startedAt === null);
  const mayUndo = held.plan.reversible && action.startedAt !== null && (state === 'verified' || state === 'failed');
  const withReason = (work: typeof deny | typeof undo) => ({
    size: 'xs' as const,
    variant: 'default',
    disabled: reason.trim() === '',
    loading: act.isPending,
    onClick: () => act.mutate(() => work(tenant, id, reason)),
  });
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
      {told !== '' && told !== held.planHash && (
        <p className={classes.missing}>This is not the plan you were told of: it has changed since.</p>
      )}
      {replaced && (
        <p className={classes.missing} role="alert">
          Another plan has taken the place of the one you are reading.{' '}
          <Button size="xs" variant="default" onClick={() => setHeld(action)}>
            Show the new plan
          </Button>
        </p>
      )}
      <Panel id="plan" title="The plan" note={`${held.planHash.slice(0, 12)} · ${state}`}>
        <PlanFacts held={held} />
      </Panel>
      <Panel id="word" title="Whose word it has">
        <ApprovalFacts action={action} approvals={approvals} />
        <div className={classes.buttons}>
          {state === 'proposed' && (
            <Button
              size="xs"
              disabled={replaced}
              loading={act.isPending}
              onClick={() => act.mutate(() => approve(tenant, id, held.planHash))}
            >
              Approve this plan
            </Button>
          )}
          {(mayDeny || mayUndo) && (
            <TextInput
              size="xs"
              label="Reason"
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {mayDeny && <Button {...withReason(deny)}>Deny</Button>}
          {mayUndo && <Button {...withReason(undo)}>Undo</Button>}
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
