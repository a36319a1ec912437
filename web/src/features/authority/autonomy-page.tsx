import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { remedyFor } from '../../api/problem.ts';
import { Empty, Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { revealed } from '../../ui/reveal.ts';
import { useTitle } from '../../ui/use-title.ts';
import { When } from '../../ui/when.tsx';
import classes from './authority.module.css';
import { autonomyQuery, demote } from './queries.ts';
import { SwitchPanel } from './switch-panel.tsx';

const levels = ['off', 'recommends: its record builds', 'acts after approval', 'acts unless vetoed', 'acts and tells'];
const percent = (share: number) => `${Math.round(share * 1000) / 10} %`;

/** What the AI may do by itself, what earned it, what is missing, and the levers that take it back. */
export function AutonomyPage({ tenant }: { readonly tenant: string }) {
  useTitle('Autonomy');
  const autonomy = useQuery(autonomyQuery(tenant));
  const client = useQueryClient();
  const press = useMutation({
    mutationFn: (key: string) => demote(tenant, key, ''),
    onSettled: () => client.invalidateQueries({ queryKey: ['autonomy', tenant] }),
  });
  return (
    <div className={classes.page}>
      <div>
        <h1>Autonomy</h1>
        <p className={classes.lead}>
          Per class of finding, earned on determinations made before the AI's opinion was shown, signed by a lead, lost
          at once.
        </p>
      </div>
      <SwitchPanel tenant={tenant} />
      {press.error && (
        <p className={classes.missing} role="alert">
          Not taken back: {revealed(press.error.message)} {remedyFor(press.error)}
        </p>
      )}
      {autonomy.isPending && <Loading what="classes" />}
      {autonomy.isError && <Failure what="The classes" error={autonomy.error} retry={() => void autonomy.refetch()} />}
      {autonomy.data?.items.length === 0 && (
        <Empty title="No class builds a record yet">
          A lead puts one into shadow; nothing runs by itself until then.
        </Empty>
      )}
      {autonomy.data?.items.map(({ class: each, record, grant, exposure, watch }) => (
        <Panel key={each.key} id={each.key} title={each.key} note={`level ${each.level}: ${levels[each.level]}`}>
          <dl className={classes.facts}>
            <dt>Record</dt>
            <dd>
              {record.cases} blind cases, {record.errors} wrong; error rate below {percent(record.upperBound)} at 95 %
              confidence, target {percent(record.target)}
            </dd>
            <dt>Known threats</dt>
            <dd>
              {record.seeded.threats - record.seeded.misses} of {record.seeded.threats} seeded found;{' '}
              {record.real.threats - record.real.misses} of {record.real.threats} real
            </dd>
            <dt>Watch</dt>
            <dd>
              {watch.at.toFixed(1)} of {watch.limit}
            </dd>
            {grant !== null && (
              <>
                <dt>Grant</dt>
                <dd>
                  signed by {revealed(grant.signedBy.name)} <When at={grant.signedAt} />, runs on{' '}
                  {percent(exposure ?? 0)}, ends <When at={grant.expiresAt} />
                </dd>
              </>
            )}
          </dl>
          <ul className={classes.list}>
            {record.requirements.map(({ name, met, said }) => (
              <li key={name} className={met ? undefined : classes.missing}>
                {met ? '' : 'Missing: '}
                {revealed(said)}
              </li>
            ))}
          </ul>
          {each.level > 1 && (
            <div className={classes.buttons}>
              <Button size="xs" color="red" loading={press.isPending} onClick={() => press.mutate(each.key)}>
                Take it back to shadow
              </Button>
            </div>
          )}
        </Panel>
      ))}
    </div>
  );
}
