import { Button, Kbd } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useRef } from 'react';
import type { Summary } from '../../api/model.ts';
import { queries } from '../../api/queries.ts';
import { count } from '../../ui/format.ts';
import { Empty, Failure, Loading } from '../../ui/page-state.tsx';
import { useShortcuts } from '../../ui/use-shortcuts.ts';
import { useTitle } from '../../ui/use-title.ts';
import { changeWords } from './held-order.ts';
import classes from './queue.module.css';
import { QueueRow } from './queue-row.tsx';
import { useHeldQueue } from './use-held-queue.ts';

type Status = 'open' | 'determined';

/** How much the machine read for the few rows below. */
function Funnel({ summary }: { readonly summary: Summary }) {
  const findings = summary.findings.open + summary.findings.determined;
  return (
    <p className={classes.funnel} data-testid="funnel">
      <b>{count(summary.events)}</b> events <span>→</span> <b>{count(summary.detections)}</b> detections <span>→</span>{' '}
      <b>{count(findings)}</b> findings
      {summary.malformed > 0 && (
        <span className={classes.malformed}>{count(summary.malformed)} lines could not be read</span>
      )}
    </p>
  );
}

function NothingHere({ status, summary }: { readonly status: Status; readonly summary: Summary | undefined }) {
  if (status === 'determined')
    return <Empty title="No determinations yet">Findings appear here once a person has decided them.</Empty>;
  if (summary?.ingest.state === 'running')
    return <Empty title="No findings so far">Telemetry is being read; findings appear here as they are made.</Empty>;
  if (summary && summary.events > 0)
    return (
      <Empty title="Nothing is waiting for you">
        Every finding so far has been decided, or none was made of the {count(summary.events)} events read.
      </Empty>
    );
  return (
    <Empty title="No telemetry yet">
      Nothing has been read for this organisation. Start the server with telemetry files, or run the demo.
    </Empty>
  );
}

export function QueuePage({ tenant, status }: { readonly tenant: string; readonly status: Status }) {
  const summary = useQuery(queries.summary(tenant));
  const findings = useInfiniteQuery(queries.queue(tenant, status));
  const { rows, pending, apply } = useHeldQueue(findings.data);
  useTitle(summary.data ? `${count(summary.data.findings.open)} open findings` : 'Queue');
  const navigate = useNavigate();
  const list = useRef<HTMLOListElement>(null);

  const rowLinks = () => [...(list.current?.querySelectorAll<HTMLAnchorElement>('a[data-row]') ?? [])];
  const step = (by: number) => {
    const links = rowLinks();
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  };
  const show = (next: Status) =>
    void navigate({ to: '/t/$tenant/queue', params: { tenant }, search: { status: next } });
  useShortcuts({ j: () => step(1), k: () => step(-1), r: apply, o: () => show('open'), d: () => show('determined') });
  const arrows = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    step(event.key === 'ArrowDown' ? 1 : -1);
  };

  const tab = (value: Status, label: string) => (
    <Link to="/t/$tenant/queue" params={{ tenant }} search={{ status: value }}>
      {label} {summary.data && <span>{count(summary.data.findings[value])}</span>}
    </Link>
  );

  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1>Queue</h1>
        {summary.data && <Funnel summary={summary.data} />}
        <span className={classes.keys} aria-hidden="true">
          <Kbd size="xs">j</Kbd> <Kbd size="xs">k</Kbd> move <Kbd size="xs">Enter</Kbd> open <Kbd size="xs">r</Kbd>{' '}
          refresh order
        </span>
      </div>
      <div className={classes.bar}>
        <nav className={classes.tabs} aria-label="Which findings">
          {tab('open', 'Open')}
          {tab('determined', 'Determined')}
        </nav>
        <span className={classes.pending} role="status">
          {pending && (
            <Button size="compact-xs" variant="light" onClick={apply}>
              Show changes: {changeWords(pending)}
            </Button>
          )}
        </span>
      </div>
      <div className={classes.table}>
        <div className={classes.columns} aria-hidden="true">
          <span>#</span>
          <span>Threat probability</span>
          <span>Finding</span>
          <span>{status === 'open' ? 'AI recommends' : 'AI / decision'}</span>
          <span className={classes.number}>Detections</span>
          <span>Activity</span>
          <span>{status === 'open' ? 'Waiting' : 'Decided'}</span>
        </div>
        {findings.isPending && <Loading what="findings" rows={7} height={48} />}
        {findings.isError && rows.length === 0 && (
          <Failure what="The queue" error={findings.error} retry={() => void findings.refetch()} />
        )}
        {findings.isSuccess && rows.length === 0 && <NothingHere status={status} summary={summary.data} />}
        <ol
          className={classes.rows}
          ref={list}
          onKeyDown={arrows}
          aria-label={`${status} findings, most likely threat first`}
        >
          {rows.map((row, place) => (
            <QueueRow key={row.item.id} tenant={tenant} row={row} rank={place + 1} />
          ))}
        </ol>
      </div>
      {findings.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          mt="sm"
          loading={findings.isFetchingNextPage}
          onClick={() => void findings.fetchNextPage()}
        >
          Show more findings
        </Button>
      )}
    </div>
  );
}
