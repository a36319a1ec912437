import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Empty, Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { useTitle } from '../../ui/use-title.ts';
import { When } from '../../ui/when.tsx';
import classes from './authority.module.css';
import { actionsQuery } from './queries.ts';

/** What was proposed, approved, done and undone; what waits for a person comes first. */
export function ActionsPage({ tenant }: { readonly tenant: string }) {
  useTitle('Actions');
  const actions = useQuery(actionsQuery(tenant));
  const { waiting = [], others = [], more = false } = actions.data ?? {};
  const parts = [
    {
      id: 'waiting',
      title: "Wait for a person's word",
      of: waiting,
      note: `${waiting.length}${more ? ' and more' : ''}`,
    },
    { id: 'others', title: 'Decided, the newest', of: others, note: String(others.length) },
  ];
  return (
    <div className={classes.page}>
      <div>
        <h1>Actions</h1>
        <p className={classes.lead}>
          An approval is for one exact plan. Any change of the plan voids it, and silence never means yes.
        </p>
      </div>
      {actions.isPending && <Loading what="actions" />}
      {actions.isError && <Failure what="The actions" error={actions.error} retry={() => void actions.refetch()} />}
      {actions.isSuccess && waiting.length + others.length === 0 && (
        <Empty title="Nothing has been proposed">Actions are proposed on the page of a finding, or over the API.</Empty>
      )}
      {parts.map(
        ({ id, title, of, note }) =>
          of.length > 0 && (
            <Panel key={id} id={id} title={title} note={note}>
              <ul className={classes.list}>
                {of.map((action) => (
                  <li key={action.id}>
                    <Link to="/t/$tenant/actions/$action" params={{ tenant, action: action.id }} search={{ plan: '' }}>
                      {action.kind.replaceAll('_', ' ')} of{' '}
                      <Untrusted text={action.target.value} clip={80} expandable={false} />
                    </Link>{' '}
                    · {action.state} · {action.plan.impact} impact · <When at={action.updatedAt} />
                  </li>
                ))}
              </ul>
            </Panel>
          ),
      )}
    </div>
  );
}
