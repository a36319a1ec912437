import { useQuery } from '@tanstack/react-query';
import { Panel } from '../../ui/panel.tsx';
import { revealed } from '../../ui/reveal.ts';
import { figure, many, within } from './figures.ts';
import classes from './models.module.css';
import { type Drift, driftQuery } from './queries.ts';

function mix({ divergence, p, recent, earlier }: Drift['detectors']): string {
  const counts = `${many(recent, 'finding')} against ${earlier}`;
  return divergence === null || p === null
    ? `too few to say: ${counts}`
    : `${counts}; divergence ${figure(divergence)} bits, p = ${figure(p)}`;
}

/** Whether the champion still sees what it saw, and whether its probabilities hold. Nothing is changed by it. */
export function DriftPanel({ tenant }: { readonly tenant: string }) {
  const { data: drift } = useQuery(driftQuery(tenant));
  if (drift === undefined) return null;
  const { calibration, days, said } = drift;
  return (
    <Panel id="drift" title="Drift" note={`the last ${days.recent} days against the ${days.earlier} before`}>
      {said.map((text) => (
        <p key={text} role="alert" className={classes.alert}>
          {revealed(text)}
        </p>
      ))}
      <dl className={classes.facts}>
        <dt>Detectors</dt>
        <dd>{mix(drift.detectors)}</dd>
        <dt>Terms</dt>
        <dd>{mix(drift.terms)}</dd>
        <dt>Calibration</dt>
        <dd>
          {calibration.verdicts === 0
            ? 'no verdict yet that is later than those it learned from'
            : `${many(calibration.observed, 'threat')} in ${many(calibration.verdicts, 'verdict')}; promised ${within(calibration.expected, 1)}; evidence against it ${figure(calibration.evidence, 1)} of 100`}
        </dd>
      </dl>
    </Panel>
  );
}
