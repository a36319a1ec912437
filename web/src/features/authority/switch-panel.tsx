import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { remedyFor } from '../../api/problem.ts';
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
  const stands = stops.length > 0 || state.data?.everything === true || (state.data?.file.length ?? 0) > 0;
  return (
    <Panel id="switch" title="The switch" note={stands ? 'automation is stopped' : 'automation may act'}>
      {state.data?.known === false && (
        <p className={classes.missing}>This server cannot see the state of the switch, so nothing acts.</p>
      )}
      <ul className={classes.list}>
        {stops.map((stop) => (
          <li key={stop.id}>
            {stop.scope}
            {stop.classKey === null ? '' : ` ${stop.classKey}`} stopped by {stop.by.name} <When at={stop.at} />
            {stop.why === '' ? '' : `: ${revealed(stop.why)}`}
          </li>
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
