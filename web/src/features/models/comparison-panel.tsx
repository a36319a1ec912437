import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { percent } from '../../ui/format.ts';
import { Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ChangeForm } from './change-form.tsx';
import { figure, many, shortId, within } from './figures.ts';
import classes from './models.module.css';
import { type Comparison, comparisonQuery, promote } from './queries.ts';

interface ComparisonPanelProps {
  readonly tenant: string;
  readonly version: string;
  readonly champion: string;
  readonly mayPromote: boolean;
  readonly onDone: () => Promise<void>;
}

/** A version beside the champion, and the press that puts it in force. */
export function ComparisonPanel({ tenant, version, champion, mayPromote, onDone }: ComparisonPanelProps) {
  const comparison = useQuery(comparisonQuery(tenant, version));
  return (
    <Panel id="comparison" title={`Version ${shortId(version)} beside the champion`}>
      {comparison.isPending && <Loading what="the comparison" rows={3} height={40} />}
      {comparison.isError && (
        <Failure what="The comparison" error={comparison.error} retry={() => void comparison.refetch()} />
      )}
      {comparison.data && (
        <>
          <Figures comparison={comparison.data} />
          <Crossings
            tenant={tenant}
            title="Threats that would be lost"
            none="No threat that people determined would fall below the line."
            items={comparison.data.lost}
          />
          <Crossings
            tenant={tenant}
            title="Findings that would cross the line"
            none="No finding would cross the line."
            items={comparison.data.shadow.crossings}
          />
          {mayPromote && (
            <ChangeForm
              label="Promote…"
              title="It scores from now on; grants earned under the champion end"
              confirm="Promote this version"
              change={(reason) => promote(tenant, { version, from: champion, reason })}
              onDone={onDone}
            />
          )}
        </>
      )}
    </Panel>
  );
}

function Figures({ comparison: { labelled, shadow, line } }: { readonly comparison: Comparison }) {
  const { findings, agree, risesADay, fallsADay, rises, falls } = shadow;
  return (
    <dl className={classes.facts}>
      <dt>Later verdicts</dt>
      <dd>
        {labelled.examples} that neither learned from; threats among them: {labelled.threats}
      </dd>
      {labelled.examples > 0 && (
        <>
          <dt>Log-loss on them</dt>
          <dd>
            {figure(labelled.logLoss)}, the champion's {figure(labelled.championLogLoss)}; difference{' '}
            {within(labelled.difference)}
          </dd>
        </>
      )}
      <dt>In shadow</dt>
      <dd>
        {many(findings, 'finding')}
        {findings > 0 &&
          `, ${agree.findings} on the same side of the line at ${percent(line)} (${percent(agree.share.low)} to ${percent(agree.share.high)})`}
      </dd>
      {findings > 0 && (
        <>
          <dt>Would rise above it</dt>
          <dd>
            {rises}: {within(risesADay, 1)} a day
          </dd>
          <dt>Would fall below it</dt>
          <dd>
            {falls}: {within(fallsADay, 1)} a day
          </dd>
        </>
      )}
    </dl>
  );
}

interface CrossingsProps {
  readonly tenant: string;
  readonly title: string;
  readonly none: string;
  readonly items: Comparison['shadow']['crossings'];
}

function Crossings({ tenant, title, none, items }: CrossingsProps) {
  if (items.length === 0) return <p className={classes.quiet}>{none}</p>;
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label={title}>
        <thead>
          <tr>
            <th>{title}</th>
            <th data-number>Champion</th>
            <th data-number>This version</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ finding, probability, championProbability }) => (
            <tr key={finding}>
              <td>
                <Link to="/t/$tenant/findings/$finding" params={{ tenant, finding }}>
                  {finding}
                </Link>
              </td>
              <td data-number>{percent(championProbability)}</td>
              <td data-number>{percent(probability)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
