import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Problem } from '../../api/problem.ts';
import { count } from '../../ui/format.ts';
import { Empty, Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Refused } from '../../ui/refused.tsx';
import { useTitle } from '../../ui/use-title.ts';
import { FoundTable } from './found-table.tsx';
import { HistogramBars } from './histogram.tsx';
import classes from './hunt.module.css';
import { type Asked, download, histogramQuery, rowsQuery } from './queries.ts';
import { RuleDraft } from './rule-draft.tsx';
import { SavedHunts } from './saved-hunts.tsx';
import { narrowed } from './terms.ts';
import { TopValues } from './top-values.tsx';

const HOUR = 3_600_000;
const spans = [
  { value: '1', label: 'the last hour' },
  { value: '24', label: 'the last 24 hours' },
  { value: '168', label: 'the last 7 days' },
  { value: '720', label: 'the last 30 days' },
  { value: '', label: 'all there is' },
];

/** A question, and when it was asked: the same asked again is another. */
interface Question {
  readonly asked: Asked;
  readonly at: number;
}

function question(search: string, hours: string): Question {
  const at = Date.now();
  return { at, asked: hours === '' ? { search } : { search, from: at - Number(hours) * HOUR, to: at } };
}

/** Asking the events that came in, with what is around the answer: when, how often, what next. */
export function HuntPage({ tenant }: { readonly tenant: string }) {
  useTitle('Hunt');
  const [search, setSearch] = useState('');
  const [hours, setHours] = useState('24');
  const [now, setNow] = useState<Question | null>(null);
  const ask = (text: string) => {
    setSearch(text);
    setNow(question(text, hours));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask(search);
  };
  return (
    <div className={classes.page}>
      <div>
        <h1>Hunt</h1>
        <p className={classes.lead}>
          Ask every event that came in: <code>host:web01 process:*powershell* "encoded" -user:svc_*</code>. Words stand
          for whole words anywhere in the record; <code>*part*</code> finds parts.
        </p>
      </div>
      <form className={classes.ask} onSubmit={submit}>
        <TextInput
          aria-label="Search"
          placeholder="field:value, words, AND OR NOT ( )"
          maxLength={4000}
          value={search}
          spellCheck={false}
          classNames={{ input: classes.input ?? '' }}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <NativeSelect
          aria-label="When"
          data={spans}
          value={hours}
          onChange={(event) => setHours(event.currentTarget.value)}
        />
        <Button type="submit">Search</Button>
      </form>
      <div className={classes.columns}>
        <div className={classes.main}>
          {now === null ? (
            <Empty title="Nothing asked yet">Type a search above; an empty one finds everything.</Empty>
          ) : (
            <Answer
              key={`${now.at}`}
              tenant={tenant}
              now={now}
              onZoom={(from, to) => setNow({ at: Date.now(), asked: { search: now.asked.search, from, to } })}
            />
          )}
        </div>
        <aside className={classes.side}>
          {now !== null && (
            <Panel id="top" title="Top values">
              <TopValues
                tenant={tenant}
                asked={now.asked}
                at={now.at}
                onTerm={(term) => {
                  const text = narrowed(now.asked.search, term);
                  setSearch(text);
                  setNow({ at: Date.now(), asked: { ...now.asked, search: text } });
                }}
              />
            </Panel>
          )}
          <Panel id="saved" title="Saved hunts">
            <SavedHunts tenant={tenant} search={search} onAsk={ask} />
          </Panel>
        </aside>
      </div>
    </div>
  );
}

/** What the asker can put right is said, and nothing about servers and logs. */
function isSlip(error: Error): boolean {
  return error instanceof Problem && error.status >= 400 && error.status < 500;
}

function Answer({
  tenant,
  now: { asked, at },
  onZoom,
}: {
  readonly tenant: string;
  readonly now: Question;
  readonly onZoom: (from: number, to: number) => void;
}) {
  const found = useInfiniteQuery(rowsQuery(tenant, asked, at));
  const histogram = useQuery(histogramQuery(tenant, asked, at));
  const save = useMutation({ mutationFn: (format: 'csv' | 'ndjson' | 'parquet') => download(tenant, asked, format) });
  if (found.isPending) return <Loading what="events" />;
  if (found.isError)
    return isSlip(found.error) ? (
      <Refused error={found.error} />
    ) : (
      <Failure what="The answer" error={found.error} retry={() => void found.refetch()} />
    );
  const rows = found.data.pages.flatMap((page) => page.rows);
  if (rows.length === 0)
    return (
      <Empty title="No event found">
        A word finds whole words: write *part* for a part of one, or look at a longer time.
      </Empty>
    );
  const total = histogram.data?.total;
  return (
    <>
      {histogram.data !== undefined && (
        <Panel id="over-time" title="Over time" note={`${count(histogram.data.total)} events`}>
          <HistogramBars histogram={histogram.data} from={asked.from} to={asked.to} onZoom={onZoom} />
        </Panel>
      )}
      <Panel
        id="events"
        title="Events"
        note={total === undefined ? count(rows.length) : `newest ${count(rows.length)} of ${count(total)}`}
        aside={
          <span className={classes.exports}>
            {(['csv', 'ndjson', 'parquet'] as const).map((format) => (
              <Button
                key={format}
                size="compact-xs"
                variant="default"
                loading={save.isPending && save.variables === format}
                onClick={() => save.mutate(format)}
              >
                {format.toUpperCase()}
              </Button>
            ))}
          </span>
        }
        flush
      >
        <Refused error={save.error} />
        <FoundTable rows={rows} />
        {found.hasNextPage && (
          <div className={classes.more}>
            <Button
              size="xs"
              variant="default"
              loading={found.isFetchingNextPage}
              onClick={() => void found.fetchNextPage()}
            >
              Older events
            </Button>
          </div>
        )}
      </Panel>
      <Panel id="draft" title="Rule draft">
        <RuleDraft tenant={tenant} asked={asked} />
      </Panel>
    </>
  );
}
