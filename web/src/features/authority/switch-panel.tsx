import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { remedyFor } from '../../api/problem.ts';
import type { paths } from '../../api/schema.js';
import { Panel } from '../../ui/panel.tsx';
import { revealed } from '../../ui/reveal.ts';
import { When } from '../../ui/when.tsx';
import classes from './authority.module.css';
import { liftTenant, stopTenant, switchQuery } from './queries.ts';

/** One switch stops all automation of the tenant; a named lead or administrator lifts it. */
export function SwitchPanel({ tenant }: { readonly tenant: string }) {
  const state = useQuery(switchQuery(tenant));
  const client = useQueryClient();
  const [why, setWhy] = useState('');
  const turn = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSettled: () => client.invalidateQueries({ queryKey: ['switch', tenant] }),
  });
  const stops = state.data?.stops ?? [];
  const inFlight = state.data?.inFlight;
  return (
    <Panel id="switch" title="The switch" note={standing(state.isError ? undefined : state.data)}>
      {state.isError && (
        <p className={classes.missing} role="alert">
          {revealed(state.error.message)} {remedyFor(state.error)}
        </p>
      )}
      {state.data?.known === false && (
        <p className={classes.missing}>This server cannot see the state of the switch, so nothing acts.</p>
      )}
      {state.data?.everything === true && (
        <p className={classes.missing}>Everything is stopped, in every tenant; it is lifted where it was stopped.</p>
      )}
      <ul className={classes.list}>
        {stops.map((stop) => (
          <li key={stop.id}>
            {stop.scope}
            {stop.classKey === null ? '' : ` ${stop.classKey}`} stopped by {revealed(stop.by.name)}{' '}
            <When at={stop.at} />
            {stop.why === '' ? '' : `: ${revealed(stop.why)}`}
          </li>
        ))}
        {state.data?.file.map((scope) => (
          <li key={JSON.stringify(scope)}>{revealed(inWords(scope))} stopped by the file STOP in the data folder</li>
        ))}
        {inFlight?.closures.map((closure) => (
          <li key={closure.id}>In flight: closure of {closure.finding.slice(0, 12)}, waiting</li>
        ))}
        {inFlight?.actions.map((action) => (
          <li key={action.id}>In flight: {revealed(action.said)}</li>
        ))}
      </ul>
      <div className={classes.buttons}>
        <TextInput size="xs" label="Reason" value={why} onChange={(event) => setWhy(event.currentTarget.value)} />
        <Button
          size="xs"
          color="red"
          loading={turn.isPending}
          onClick={() => turn.mutate(() => stopTenant(tenant, why))}
        >
          Stop all automation
        </Button>
        {stops.some(({ scope }) => scope === 'tenant') && (
          <Button size="xs" variant="default" onClick={() => turn.mutate(() => liftTenant(tenant, why))}>
            Lift
          </Button>
        )}
      </div>
      {turn.error && (
        <p className={classes.missing} role="alert">
          {revealed(turn.error.message)} {remedyFor(turn.error)}
        </p>
      )}
    </Panel>
  );
}

type State = paths['/api/v1/tenants/{t}/switch']['get']['responses'][200]['content']['application/json'];

/** In a few words; what cannot be known is never said to be well. */
function standing(state: State | undefined): string {
  if (state === undefined) return 'not known';
  const file = state.file.map(({ stops }) => stops);
  if (state.everything || file.includes('everything')) return 'all automation is stopped';
  if (file.includes('tenant') || state.stops.some(({ scope }) => scope === 'tenant')) return 'automation is stopped';
  if (!state.known) return 'not known: nothing acts';
  return file.length + state.stops.length > 0 ? 'some classes are stopped' : 'automation may act';
}

const inWords = (scope: State['file'][number]): string =>
  scope.stops === 'class' ? `class ${scope.classKey}` : scope.stops === 'tenant' ? 'this tenant' : 'everything';
