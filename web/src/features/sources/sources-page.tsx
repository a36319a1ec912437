import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Empty, Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Refused } from '../../ui/refused.tsx';
import { useTitle } from '../../ui/use-title.ts';
import { NewToken, type ShownToken } from './new-token.tsx';
import { endSource, endToken, healthQuery, makeToken, type Source, sourcesQuery, wayInQuery } from './queries.ts';
import { SourceForm } from './source-form.tsx';
import { SourceRow } from './source-row.tsx';
import classes from './sources.module.css';
import { WayIn } from './way-in.tsx';

/** Who sends telemetry, what came of it, and who may send from now on. */
export function SourcesPage({ tenant, mayManage }: { readonly tenant: string; readonly mayManage: boolean }) {
  useTitle('Sources');
  const client = useQueryClient();
  const sources = useQuery(sourcesQuery(tenant));
  const [shown, setShown] = useState<ShownToken | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ['sources', tenant] });
  const change = useMutation({ mutationFn: (work: () => Promise<unknown>) => work(), onSettled: refresh });
  const rotate = async ({ id, door }: Source) => {
    const { token } = await makeToken(tenant, id);
    setShown({ id, door, token });
  };
  const health = useQuery(healthQuery(tenant));
  const wayIn = useQuery(wayInQuery(tenant));
  const items = sources.data?.items ?? [];
  return (
    <div className={classes.page}>
      <div>
        <h1>Sources</h1>
        <p className={classes.lead}>
          Each feed of telemetry has a token of its own, and sends as itself alone. Counts are since the server began.
        </p>
      </div>
      {shown !== null && (
        <NewToken key={shown.token} shown={shown} url={wayIn.data?.door ?? null} onDone={() => setShown(null)} />
      )}
      {wayIn.data !== undefined && <WayIn state={wayIn.data} />}
      <Refused error={change.error} />
      {sources.isPending && <Loading what="sources" />}
      {sources.isError && <Failure what="The sources" error={sources.error} retry={() => void sources.refetch()} />}
      {sources.isSuccess && items.length === 0 && (
        <Empty title="Nothing sends yet">
          {mayManage
            ? 'Add a source below, and give its token to the shipper.'
            : 'A lead or administrator adds sources.'}
        </Empty>
      )}
      {items.length > 0 && (
        <Panel id="sources" title="Sources" note={String(items.length)} flush>
          <div className={classes.scroll}>
            <table className={classes.table}>
              <thead>
                <tr>
                  <th scope="col">Source</th>
                  <th scope="col">Door</th>
                  <th scope="col">Last seen</th>
                  <th scope="col">Health</th>
                  <th scope="col" className={classes.number}>
                    Rate
                  </th>
                  <th scope="col" className={classes.number}>
                    Received
                  </th>
                  <th scope="col" className={classes.number}>
                    Rejected
                  </th>
                  <th scope="col">Tokens</th>
                  {mayManage && (
                    <th scope="col">
                      <span className={classes.hidden}>What to do</span>
                    </th>
                  )}
                </tr>
              </thead>
              <tbody>
                {items.map((source) => (
                  <SourceRow
                    key={source.id}
                    source={source}
                    health={health.data?.get(source.id)}
                    manage={
                      mayManage
                        ? {
                            rotate: () => change.mutate(() => rotate(source)),
                            end: () => change.mutate(() => endSource(tenant, source.id)),
                            endToken: (token) => change.mutate(() => endToken(tenant, source.id, token)),
                          }
                        : undefined
                    }
                  />
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
      )}
      {mayManage && (
        <Panel id="add-source" title="Add a source">
          <SourceForm
            tenant={tenant}
            onAdded={async (made) => {
              setShown(made);
              await refresh();
            }}
          />
        </Panel>
      )}
    </div>
  );
}
