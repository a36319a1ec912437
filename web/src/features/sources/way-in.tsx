import type { ReactNode } from 'react';
import { count, formats } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { bytes } from './bytes.ts';
import type { WayIn as State } from './queries.ts';
import { reachableDoor } from './snippets.ts';
import classes from './sources.module.css';

/** Whether telemetry is kept: the lake, its disk, what waits, who works; and where to send. */
export function WayIn({ state }: { readonly state: State }) {
  const { lake, disk, backlog, workers, door, otherDoors } = state;
  if (lake === null) return null;
  return (
    <Panel id="way-in" title="Way in" note="What has come in and is kept.">
      {disk !== null && disk.state !== 'ok' && <DiskAlarm disk={disk} />}
      <dl className={classes.facts} data-testid="way-in">
        <Fact name="Lake">
          {bytes(lake.bytes)}, {count(lake.rows)} events
          {lake.oldestHour !== null && ` since ${formats.minute(Date.parse(`${lake.oldestHour}:00Z`))}`}
        </Fact>
        <Fact name="Disk">{diskWords(disk)}</Fact>
        <Fact name="Backlog">{backlogWords(backlog)}</Fact>
        <Fact name="Workers">
          <Workers workers={workers} />
        </Fact>
        <Fact name="Send to">
          {door !== null && (
            <span data-testid="door">
              <code>{reachableDoor(door, window.location.hostname)}</code> (Elasticsearch _bulk, Splunk HEC, OTLP)
            </span>
          )}
          {otherDoors.map((each) => (
            <span key={each}>{each}</span>
          ))}
        </Fact>
      </dl>
    </Panel>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

type Disk = NonNullable<State['disk']>;

function DiskAlarm({ disk: { state, bytes: taken, budget, rawDropped, filesDropped } }: { readonly disk: Disk }) {
  const of = `${bytes(taken)} of ${bytes(budget ?? 0)}`;
  const given = [
    rawDropped > 0 && `raw records of ${count(rawDropped)} files`,
    filesDropped > 0 && `${count(filesDropped)} files whole`,
  ].filter(Boolean);
  const gave = given.length === 0 ? '' : ` Given up so far: ${given.join(', ')}.`;
  if (state === 'over')
    return (
      <p role="alert" className={classes.over}>
        The lake is over its disk budget ({of}): the oldest raw records are given up first, then the oldest hours.{gave}
      </p>
    );
  return (
    <p role="status" className={classes.near}>
      The lake is near its disk budget ({of}). Beyond it the oldest raw records are given up.{gave}
    </p>
  );
}

function diskWords(disk: Disk | null): string {
  if (disk === null) return 'not measured yet';
  return disk.budget === null
    ? `${bytes(disk.bytes)}, without a budget`
    : `${bytes(disk.bytes)} of ${bytes(disk.budget)}`;
}

function backlogWords(batches: number | null): string {
  if (batches === null) return 'unknown';
  if (batches === 0) return 'nothing waits';
  return `${count(batches)} ${batches === 1 ? 'batch waits' : 'batches wait'} for the lake`;
}

function Workers({ workers }: { readonly workers: State['workers'] }) {
  const down = workers.filter(({ isRunning }) => !isRunning).map(({ name }) => name);
  const restarts = workers.reduce((sum, each) => sum + each.restarts, 0);
  return (
    <>
      {down.length === 0 ? (
        <span>all {workers.length} run</span>
      ) : (
        <span className={classes.bad}>{down.join(', ')} not running</span>
      )}
      {restarts > 0 && (
        <span>
          started again {count(restarts)} {restarts === 1 ? 'time' : 'times'}
        </span>
      )}
    </>
  );
}
