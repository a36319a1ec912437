import { Button, NumberInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { percent } from '../../ui/format.ts';
import { Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Refused } from '../../ui/refused.tsx';
import classes from '../sources/sources.module.css';
import { type Capacity, policyQuery, setCapacity } from './queries.ts';

/** What the tenant can really work, set by a lead. */
export function CapacityForm({ tenant, mayChange }: { readonly tenant: string; readonly mayChange: boolean }) {
  const client = useQueryClient();
  const policy = useQuery(policyQuery(tenant));
  const [changed, setChanged] = useState<Partial<Capacity>>({});
  const save = useMutation({
    mutationFn: async (capacity: Capacity) => {
      if (policy.data !== undefined) await setCapacity(tenant, policy.data, capacity);
    },
    onSuccess: () => setChanged({}),
    onSettled: () => client.invalidateQueries({ queryKey: ['policy', tenant] }),
  });
  if (policy.isPending) return <Loading what="capacity" rows={2} />;
  if (policy.isError) return <Failure what="The capacity" error={policy.error} retry={() => void policy.refetch()} />;
  const set = { ...policy.data.policy.capacity, ...changed };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(set);
  };
  return (
    <Panel id="capacity" title="Capacity">
      <p className={classes.quiet} data-testid="capacity">
        The line: at most {policy.data.policy.capacity.findingsPerDay} findings a day, none below{' '}
        {percent(policy.data.policy.capacity.floor)}; of the rest, {policy.data.policy.capacity.sampledPerDay} a day are
        drawn at random for a person.
      </p>
      {mayChange && (
        <form className={classes.form} onSubmit={submit}>
          <NumberInput
            label="Findings a day"
            description="What you can decide with care; those with most to lose come first"
            min={1}
            max={1000}
            allowDecimal={false}
            value={set.findingsPerDay}
            onChange={(value) => setChanged({ ...changed, findingsPerDay: Number(value) })}
          />
          <NumberInput
            label="Lowest probability, in percent"
            min={0.1}
            max={50}
            decimalScale={1}
            value={Math.round(set.floor * 1000) / 10}
            onChange={(value) => setChanged({ ...changed, floor: Number(value) / 100 })}
          />
          <NumberInput
            label="Drawn from below the line a day"
            min={0}
            max={20}
            allowDecimal={false}
            value={set.sampledPerDay}
            onChange={(value) => setChanged({ ...changed, sampledPerDay: Number(value) })}
          />
          <Refused error={save.error} />
          <Button type="submit" size="xs" loading={save.isPending} disabled={Object.keys(changed).length === 0}>
            Set capacity
          </Button>
        </form>
      )}
    </Panel>
  );
}
