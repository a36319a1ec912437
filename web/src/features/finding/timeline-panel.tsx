import { SegmentedControl } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { Detection, FindingEvent } from '../../api/model.ts';
import { count, duration, formats, words, zone } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import { EvidenceLink } from './evidence-context.tsx';
import classes from './timeline.module.css';
import { type TimelineRow, timelineRows } from './timeline-rows.ts';

const PAGE = 40;
/** A strip of this many marks is as fine as a screen can show. */
const STRIP_SLOTS = 240;

/** Where on the clock things happened: one mark a slot, stronger where a detector hit. */
function Strip({
  events,
  hits,
}: {
  readonly events: readonly FindingEvent[];
  readonly hits: ReadonlyMap<string, readonly Detection[]>;
}) {
  const first = events[0]?.time ?? 0;
  const last = events.at(-1)?.time ?? first;
  const span = last - first;
  if (span <= 0) return null;
  const slots = new Map<number, boolean>();
  for (const event of events) {
    const slot = Math.floor(((event.time - first) / span) * (STRIP_SLOTS - 1));
    slots.set(slot, (slots.get(slot) ?? false) || hits.has(event.id));
  }
  return (
    <div className={classes.strip} aria-hidden="true">
      <svg viewBox={`0 0 ${STRIP_SLOTS} 20`} preserveAspectRatio="none" role="presentation">
        {[...slots].map(([slot, hit]) => (
          <rect key={slot} x={slot} y={hit ? 0 : 10} width={1} height={hit ? 20 : 10} data-hit={hit} />
        ))}
      </svg>
      <div className={classes.stripEnds}>
        <When at={first} format="clock" />
        <span>{duration(span)}</span>
        <When at={last} format="clock" />
      </div>
    </div>
  );
}

const dayOf = (at: number | undefined) => (at === undefined ? undefined : formats.day(at));

function Row({ row, hits }: { readonly row: TimelineRow; readonly hits: ReadonlyMap<string, readonly Detection[]> }) {
  const { activity, time } = row.first;
  const titles = [...new Set(row.ids.flatMap((id) => hits.get(id) ?? []).map((hit) => hit.detector.title))];
  return (
    <li data-hit={titles.length > 0}>
      <span className={classes.time}>
        <When at={time} format="clock" />
      </span>
      <span className={classes.host}>
        <Untrusted text={activity.host ?? activity.principal ?? ''} clip={24} expandable={false} />
      </span>
      <span className={classes.kind}>{words(activity.kind)}</span>
      <span className={classes.what}>
        <span>
          <Untrusted text={row.sentence} clip={220} />
          {row.ids.length > 1 && (
            <span className={classes.repeats}>
              {' '}
              {/* One act seen by two sensors, or one act done many times. */}
              {row.last.time - time < 1000
                ? `${row.ids.length} records`
                : `${row.ids.length} times in ${duration(row.last.time - time)}`}
            </span>
          )}
        </span>
        {titles.length > 0 && (
          <small>
            <Untrusted text={titles.join('; ')} clip={200} />
          </small>
        )}
      </span>
      <EvidenceLink ids={row.ids} title={row.sentence}>
        raw
      </EvidenceLink>
    </li>
  );
}

interface TimelineProps {
  readonly events: readonly FindingEvent[];
  readonly detections: readonly Detection[];
  readonly total: number;
}

/** The finding's events in order, each the way to its raw record. */
export function TimelinePanel({ events, detections, total }: TimelineProps) {
  const [only, setOnly] = useState<'all' | 'detected'>('all');
  const [pages, setPages] = useState(1);
  const hits = new Map<string, Detection[]>();
  for (const detection of detections)
    for (const id of detection.events) hits.set(id, [...(hits.get(id) ?? []), detection]);
  const listed = timelineRows(only === 'all' ? events : events.filter((event) => hits.has(event.id)));
  const shown = listed.slice(0, pages * PAGE);
  return (
    <Panel
      id="timeline"
      title="Timeline"
      flush
      note={`${count(events.length)}${total > events.length ? ` of ${count(total)}` : ''} events, times in ${zone()}`}
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Which events"
          value={only}
          onChange={(value) => setOnly(value === 'detected' ? 'detected' : 'all')}
          data={[
            { value: 'all', label: 'All' },
            { value: 'detected', label: 'With detections' },
          ]}
        />
      }
    >
      <Strip events={events} hits={hits} />
      <ol className={classes.events}>
        {shown.map((row, place) => (
          <Fragment key={row.first.id}>
            {dayOf(row.first.time) !== dayOf(shown[place - 1]?.first.time) && (
              <li className={classes.day}>
                <When at={row.first.time} format="day" />
              </li>
            )}
            <Row row={row} hits={hits} />
          </Fragment>
        ))}
      </ol>
      {shown.length < listed.length && (
        <button type="button" className={classes.more} onClick={() => setPages(pages + 1)}>
          Show {Math.min(PAGE, listed.length - shown.length)} more of {count(listed.length)} lines
        </button>
      )}
    </Panel>
  );
}
