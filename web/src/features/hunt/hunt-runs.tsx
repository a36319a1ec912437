import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { count } from '../../ui/format.ts';
import { Failure, Loading } from '../../ui/page-state.tsx';
import { Refused } from '../../ui/refused.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import classes from './hunt.module.css';
import { conclude, type HuntRun, runNow, runsQuery } from './queries.ts';

/** What a saved hunt found each time, what of it was new, and what people made of it. */
export function HuntRuns({ tenant, hunt }: { readonly tenant: string; readonly hunt: string }) {
  const client = useQueryClient();
  const runs = useQuery(runsQuery(tenant, hunt));
  const refresh = () => client.invalidateQueries({ queryKey: ['hunt', tenant, 'runs', hunt] });
  const run = useMutation({ mutationFn: () => runNow(tenant, hunt), onSettled: refresh });
  if (runs.isPending) return <Loading what="runs" rows={2} height={18} />;
  if (runs.isError) return <Failure what="The runs" error={runs.error} />;
  return (
    <>
      <ul className={classes.runs}>
        {runs.data.items.map((each) => (
          <li key={each.id} data-testid="run">
            <When at={each.startedAt} format="minute" />{' '}
            {each.error === null ? (
              <>
                <b>{count(each.found ?? 0)}</b> found, {count(each.fresh ?? 0)} new
              </>
            ) : (
              <Untrusted text={each.error} clip={120} />
            )}
            {each.conclusion === null ? (
              each.error === null && (each.found ?? 0) > 0 && <Conclude tenant={tenant} run={each} onDone={refresh} />
            ) : (
              <p className={classes.quiet}>{each.conclusion.text}</p>
            )}
          </li>
        ))}
      </ul>
      <Refused error={run.error} />
      <Button size="compact-xs" variant="default" loading={run.isPending} onClick={() => run.mutate()}>
        Run now
      </Button>
    </>
  );
}

function Conclude({
  tenant,
  run,
  onDone,
}: {
  readonly tenant: string;
  readonly run: HuntRun;
  readonly onDone: () => Promise<unknown>;
}) {
  const [text, setText] = useState('');
  const say = useMutation({ mutationFn: () => conclude(tenant, run.hunt, run.id, text), onSettled: onDone });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    say.mutate();
  };
  return (
    <form className={classes.conclude} onSubmit={submit}>
      <TextInput
        size="xs"
        aria-label="Conclusion"
        placeholder="What it showed"
        required
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" variant="default" loading={say.isPending}>
        Conclude
      </Button>
      <Refused error={say.error} />
    </form>
  );
}
