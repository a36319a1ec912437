import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { EntityChip } from '../../ui/marks.tsx';
import { Empty, Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Refused } from '../../ui/refused.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { useTitle } from '../../ui/use-title.ts';
import { When } from '../../ui/when.tsx';
import classes from '../sources/sources.module.css';
import { BelowPanel } from './below-panel.tsx';
import { CapacityForm } from './capacity-form.tsx';
import { FactForm } from './fact-form.tsx';
import { kindWords, scopeInWords } from './fact-words.ts';
import { contextQuery, type Fact, withdrawFact } from './queries.ts';

/** Said again now, it does not lapse unnoticed. */
const SOON_MS = 14 * 86_400_000;

interface ContextPageProps {
  readonly tenant: string;
  readonly maySay: boolean;
  readonly mayLead: boolean;
}

/** What people know of their organisation, what they can work, and what is below the line. */
export function ContextPage({ tenant, maySay, mayLead }: ContextPageProps) {
  useTitle('Context');
  const client = useQueryClient();
  const context = useQuery(contextQuery(tenant));
  const refresh = () => client.invalidateQueries({ queryKey: ['context', tenant] });
  const withdraw = useMutation({ mutationFn: (id: string) => withdrawFact(tenant, id), onSettled: refresh });
  const items = context.data?.items ?? [];
  const soon = items.filter(isEndingSoon);
  return (
    <div className={classes.page}>
      <div>
        <h1>Context</h1>
        <p className={classes.lead}>
          What no model can see: what matters, who is responsible, what is expected. It raises or lowers findings by a
          weight that each of them shows, and takes none away.
        </p>
      </div>
      {soon.length > 0 && (
        <p className={classes.near} role="status">
          {soon.length === 1 ? '1 fact ends' : `${soon.length} facts end`} within 14 days: say again what still holds.
        </p>
      )}
      <Refused error={withdraw.error} />
      {context.isPending && <Loading what="context" />}
      {context.isError && <Failure what="The context" error={context.error} retry={() => void context.refetch()} />}
      {context.isSuccess && items.length === 0 && (
        <Empty title="Nobody has said anything yet">
          Begin with what must not fall, and with what your own scanners and jobs do.
        </Empty>
      )}
      {items.length > 0 && (
        <Panel id="facts" title="What people say" note={String(items.length)} flush>
          <div className={classes.scroll}>
            <table className={classes.table}>
              <thead>
                <tr>
                  {['About', 'What', 'Why', 'Who', 'Holds until', ''].map((head) => (
                    <th key={head} scope="col">
                      {head === '' ? <span className={classes.hidden}>What to do</span> : head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {items.map((fact) => (
                  <Row key={fact.id} fact={fact} onWithdraw={maySay ? () => withdraw.mutate(fact.id) : undefined} />
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
      )}
      {maySay && (
        <Panel id="say" title="Say what you know">
          <FactForm tenant={tenant} onSaid={refresh} />
        </Panel>
      )}
      <CapacityForm tenant={tenant} mayChange={mayLead} />
      <BelowPanel tenant={tenant} />
    </div>
  );
}

function isEndingSoon({ until }: Fact): boolean {
  return until !== null && until < Date.now() + SOON_MS;
}

function Row({ fact, onWithdraw }: { readonly fact: Fact; readonly onWithdraw: (() => void) | undefined }) {
  const { entity, body, text, owner, by, at, until } = fact;
  return (
    <tr data-testid="fact">
      <td>
        <EntityChip entity={entity} name={undefined} />
      </td>
      <td>
        {kindWords[body.kind]}
        {scopeInWords(body).map((part) => (
          <span key={part} className={classes.small}>
            <Untrusted text={part} clip={200} expandable={false} />
          </span>
        ))}
      </td>
      <td>
        <Untrusted text={text} clip={300} />
      </td>
      <td>
        <Untrusted text={owner} clip={60} expandable={false} />
        <span className={classes.small}>
          said by <Untrusted text={by.name} clip={60} expandable={false} />, <When at={at} format="day" />
        </span>
      </td>
      <td>
        {until === null ? 'no end' : <When at={until} format="day" />}
        {isEndingSoon(fact) && <span className={classes.warn}> ends soon</span>}
      </td>
      <td>
        {onWithdraw && (
          <Button size="compact-xs" variant="default" onClick={onWithdraw}>
            Take back
          </Button>
        )}
      </td>
    </tr>
  );
}
