import { Link } from '@tanstack/react-router';
import { count, words } from '../../ui/format.ts';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import type { Proof } from './queries.ts';
import classes from './tuning.module.css';

interface ProofProps {
  readonly tenant: string;
  readonly proof: Proof;
}

const DAY = 86_400_000;

/** What the filter was shown to do: to the run, to known threats, to everything else. */
export function ProofFacts({ tenant, proof }: ProofProps) {
  const { threats, examples, removes, beside, past } = proof;
  const told = examples.filter(({ events }) => events > 0);
  const open = beside.filter(({ verdict }) => verdict === null || verdict === 'inconclusive');
  return (
    <dl className={classes.facts}>
      <dt>Removes</dt>
      <dd>
        {removes.findings.length} of the {removes.of} findings of the run, {count(removes.detections)} detections
      </dd>
      <dt>Known threats</dt>
      <dd data-testid="threats">
        {threats.detections === 0
          ? 'No finding determined a threat rests on this rule.'
          : `${threats.stillFire} of ${threats.detections} detections in ${threats.findings.length} ${threats.findings.length === 1 ? 'threat' : 'threats'} still fire.`}
        {told.map(({ name, events, stillFire }) => (
          <span key={name} className={classes.small}>
            {stillFire} of {events} still fire: {name}
          </span>
        ))}
      </dd>
      <dt>Also hidden</dt>
      <dd data-testid="past">
        {past === null ? (
          'No telemetry is kept here; findings alone can tell.'
        ) : (
          <>
            Of {count(past.fired)} times the rule fired in the last {Math.round((past.to - past.from) / DAY)} days,{' '}
            {count(past.hidden)} would have been hidden; {count(past.hiddenElse)} of them are in no finding of the run.
            {!past.complete && past.until !== null && (
              <span className={classes.small}>
                There was too much to read it all: tried up to <When at={past.until} />.
              </span>
            )}
            {past.unreadable > 0 && (
              <span className={classes.small}>{count(past.unreadable)} records could not be read any more.</span>
            )}
            <Days days={past.days} />
            <Samples tenant={tenant} samples={past.samples} />
          </>
        )}
      </dd>
      <dt>Other findings</dt>
      <dd>
        {beside.length === 0
          ? 'None would lose a detection.'
          : `${beside.length} would lose detections, ${open.length} of them settled by nobody:`}
        {beside.slice(0, 8).map(({ finding, title, verdict, hidden, detections }) => (
          <span key={finding} className={classes.small}>
            <Link to="/t/$tenant/findings/$finding" params={{ tenant, finding }}>
              <Untrusted text={title} clip={80} expandable={false} />
            </Link>{' '}
            {hidden} of {detections}, {verdict === null ? 'undetermined' : words(verdict)}
          </span>
        ))}
      </dd>
    </dl>
  );
}

function Days({ days }: { readonly days: NonNullable<Proof['past']>['days'] }) {
  const most = Math.max(1, ...days.map(({ fired }) => fired));
  if (days.length < 2) return null;
  return (
    <span className={classes.days} role="img" aria-label="Hits of the rule by day, the hidden part filled">
      {days.map(({ day, fired, hidden }) => (
        <span key={day} title={`${day}: ${hidden} of ${fired} hidden`} style={{ height: `${(fired / most) * 100}%` }}>
          <span style={{ height: `${(hidden / Math.max(1, fired)) * 100}%` }} />
        </span>
      ))}
    </span>
  );
}

function Samples({
  tenant,
  samples,
}: {
  readonly tenant: string;
  readonly samples: NonNullable<Proof['past']>['samples'];
}) {
  if (samples.length === 0) return null;
  return (
    <details className={classes.small}>
      <summary>{samples.length === 1 ? 'The one' : `${samples.length} of these`}</summary>
      <ul>
        {samples.map(({ event, at, host, finding }) => (
          <li key={event}>
            <When at={at} /> {host === null ? '' : <Untrusted text={host} clip={60} expandable={false} />}{' '}
            {finding === null ? (
              'in no finding'
            ) : (
              <Link to="/t/$tenant/findings/$finding" params={{ tenant, finding }}>
                its finding
              </Link>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
