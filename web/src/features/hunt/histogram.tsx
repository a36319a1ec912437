import { count, formats } from '../../ui/format.ts';
import classes from './hunt.module.css';
import type { Histogram } from './queries.ts';

const HEIGHT = 72;
const BAR = 10;

interface HistogramBarsProps {
  readonly histogram: Histogram;
  /** First and last moment asked about; where absent, of what was found. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly onZoom: (from: number, to: number) => void;
}

/** Events over time, a bar a bucket; a bar pressed asks about its time alone. */
export function HistogramBars({ histogram, from, to, onZoom }: HistogramBarsProps) {
  const { width, buckets, total } = histogram;
  const [first, last] = [buckets[0]?.at, buckets.at(-1)?.at];
  if (first === undefined || last === undefined) return null;
  const begin = Math.min(first, from === undefined ? first : Math.floor(from / width) * width);
  const end = Math.max(last, to === undefined ? last : Math.floor(to / width) * width);
  const places = Math.round((end - begin) / width) + 1;
  const most = buckets.reduce((top, { events }) => Math.max(top, events), 0);
  return (
    <figure className={classes.histogram}>
      <svg
        viewBox={`0 0 ${places * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${count(total)} events from ${formats.full(begin)} to ${formats.full(end + width)}`}
      >
        {buckets.map(({ at, events }) => {
          const height = Math.max(1, (events / most) * HEIGHT);
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: the time fields do the same for who uses no pointer.
            <rect
              key={at}
              data-testid="bar"
              x={((at - begin) / width) * BAR + 0.5}
              y={HEIGHT - height}
              width={BAR - 1}
              height={height}
              onClick={() => onZoom(at, at + width - 1)}
            >
              <title>{`${formats.full(at)}: ${count(events)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption>
        <span>{formats.full(begin)}</span>
        <span>{formats.full(end + width)}</span>
      </figcaption>
    </figure>
  );
}
