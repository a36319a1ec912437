import { count, percent, words } from '../../ui/format.ts';
import { revealed } from '../../ui/reveal.ts';
import { Age } from '../../ui/when.tsx';
import type { Health as State } from './queries.ts';
import classes from './sources.module.css';

const ENDED_TOLD = 4;
const LEAST_TOLD = 3;
/** A field that is nearly always filled is no news. */
const FULL = 0.99;

/** Whether a source is as it used to be: silence, fields, what came again or could not be read. */
export function Health({ state }: { readonly state: State | undefined }) {
  if (state === undefined) return <span className={classes.small}>nothing read yet</span>;
  const { isSilent, isYoung, lastSeenAt, fields, duplicates, setAside } = state;
  const ended = fields.filter(({ hasEnded }) => hasEnded);
  const least = fields.filter(({ hasEnded, share }) => !hasEnded && share < FULL).slice(0, LEAST_TOLD);
  return (
    <>
      {isSilent && lastSeenAt !== null ? (
        <span className={classes.bad}>
          Silent for <Age at={lastSeenAt} />
        </span>
      ) : (
        <span>{isYoung ? 'Young' : 'In rhythm'}</span>
      )}
      {isYoung && <span className={classes.small}>not missed before it is known a week</span>}
      {ended.length > 0 && (
        <span className={classes.warn}>
          No longer filled: {ended.slice(0, ENDED_TOLD).map(named).join(', ')}
          {ended.length > ENDED_TOLD && ` and ${ended.length - ENDED_TOLD} more`}
        </span>
      )}
      {least.length > 0 && (
        <span className={classes.small}>
          least filled: {least.map((each) => `${named(each)} ${percent(each.share)} of ${words(each.kind)}`).join(', ')}
        </span>
      )}
      {duplicates > 0 && <span className={classes.small}>{count(duplicates)} came again, counted once</span>}
      {Object.entries(setAside).map(([code, records]) => (
        <span key={code} className={classes.warn}>
          {code} {count(records)}
        </span>
      ))}
    </>
  );
}

/** Telemetry names its own fields. */
const named = ({ field }: State['fields'][number]): string => revealed(field.replace(/^activity\./, '')).slice(0, 60);
