import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../ui/page-state.tsx';
import { Refused } from '../../ui/refused.tsx';
import classes from './hunt.module.css';
import { HuntRuns } from './hunt-runs.tsx';
import { savedQuery, saveHunt } from './queries.ts';

const rhythms = [
  { value: '', label: 'only when I run it' },
  { value: '1', label: 'every hour' },
  { value: '6', label: 'every 6 hours' },
  { value: '24', label: 'every day' },
];

/** Hunts that are kept: one pressed is asked again; the search at hand can be added. */
export function SavedHunts({
  tenant,
  search,
  onAsk,
}: {
  readonly tenant: string;
  readonly search: string;
  readonly onAsk: (search: string) => void;
}) {
  const client = useQueryClient();
  const saved = useQuery(savedQuery(tenant));
  const [name, setName] = useState('');
  const [hypothesis, setHypothesis] = useState('');
  const [every, setEvery] = useState('');
  const save = useMutation({
    mutationFn: () => saveHunt(tenant, { name, hypothesis, search, every: every === '' ? null : Number(every) }),
    onSuccess: async () => {
      setName('');
      setHypothesis('');
      await client.invalidateQueries({ queryKey: ['hunt', tenant, 'saved'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <>
      {saved.isError && <Failure what="Saved hunts" error={saved.error} />}
      <ul className={classes.saved}>
        {(saved.data?.items ?? []).map((hunt) => (
          <li key={hunt.id} data-testid="saved-hunt">
            {hunt.search === null ? (
              <b>{hunt.name}</b>
            ) : (
              <button type="button" onClick={() => onAsk(hunt.search ?? '')}>
                {hunt.name}
              </button>
            )}
            <span className={classes.quiet}>
              {hunt.hypothesis}
              {hunt.schedule.kind === 'none' ? '' : ' · runs by itself'}
            </span>
            <details>
              <summary>Runs</summary>
              <HuntRuns tenant={tenant} hunt={hunt.id} />
            </details>
          </li>
        ))}
      </ul>
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          size="xs"
          label="Name"
          required
          withAsterisk={false}
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          label="Hypothesis"
          description="What would be true if this found something"
          maxLength={2000}
          value={hypothesis}
          onChange={(event) => setHypothesis(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          label="Runs"
          data={rhythms}
          value={every}
          onChange={(event) => setEvery(event.currentTarget.value)}
        />
        <Refused error={save.error} />
        <Button type="submit" size="xs" variant="default" loading={save.isPending}>
          Save this search
        </Button>
      </form>
    </>
  );
}
