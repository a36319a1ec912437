import type { CSSProperties, ReactNode } from 'react';
import type { FindingDocument } from '../../api/model.ts';
import { percent, signed } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { addsUp, type Contribution, contributionsOf, logistic } from './contributions.ts';
import { EvidenceLink } from './evidence-context.tsx';
import type { Assessed } from './opinion.ts';
import classes from './probability.module.css';
import { roundToSum } from './rounded-sum.ts';

interface Line {
  readonly contribution: Contribution;
  /** Rounded so that the column adds up. */
  readonly shown: number;
  readonly from: number;
  readonly to: number;
}

function linesOf(contributions: readonly Contribution[]): { lines: readonly Line[]; total: number } {
  const rounded = roundToSum(
    contributions.map(({ logOdds }) => logOdds),
    2,
  );
  let running = 0;
  const lines = contributions.map((contribution, place): Line => {
    const from = running;
    running += contribution.logOdds;
    return { contribution, shown: rounded.terms[place] ?? 0, from, to: running };
  });
  return { lines, total: rounded.total };
}

const colourOf = ({ contribution }: Line): string =>
  contribution.part === 'base' ? 'var(--bw-base)' : contribution.logOdds < 0 ? 'var(--bw-lower)' : 'var(--bw-raise)';

function Bar({ line, low, span }: { readonly line: Line; readonly low: number; readonly span: number }) {
  const place = (value: number) => ((value - low) / span) * 100;
  const left = place(Math.min(line.from, line.to));
  const style: CSSProperties = {
    left: `${left}%`,
    width: `max(2px, ${place(Math.max(line.from, line.to)) - left}%)`,
    background: colourOf(line),
  };
  return (
    <span className={classes.track} aria-hidden="true">
      <span className={classes.even} style={{ left: `${place(0)}%` }} />
      {line.contribution.logOdds !== 0 && <span className={classes.bar} style={style} />}
    </span>
  );
}

const headings: Readonly<Record<Contribution['part'], string | undefined>> = {
  base: undefined,
  reason: 'Detections and context',
  step: 'Investigation',
};

interface ContributionRowsProps {
  readonly line: Line;
  readonly heading: string | undefined;
  readonly bar: ReactNode;
}

function ContributionRows({ line, heading, bar }: ContributionRowsProps) {
  const { contribution } = line;
  return (
    <>
      {heading !== undefined && (
        <tr className={classes.group}>
          <th colSpan={5} scope="rowgroup">
            {heading}
          </th>
        </tr>
      )}
      <tr data-still={contribution.logOdds === 0}>
        <th scope="row">
          <Untrusted text={contribution.text} clip={240} />{' '}
          <span className={classes.term}>
            <Untrusted text={contribution.term} clip={60} />
          </span>
        </th>
        <td className={classes.barCell}>{bar}</td>
        <td className={classes.number} title={`exactly ${contribution.logOdds}`}>
          {signed(line.shown)}
        </td>
        <td className={`${classes.number} ${classes.running}`}>{percent(logistic(line.to))}</td>
        <td>
          <EvidenceLink ids={contribution.evidence} title={contribution.text} />
        </td>
      </tr>
    </>
  );
}

/** The probability taken apart: a waterfall from the base rate through every reason and step to the number used. */
export function ProbabilityPanel({
  finding,
  firstSeen,
}: {
  readonly finding: Assessed;
  readonly firstSeen: FindingDocument['firstSeen'];
}) {
  const contributions = contributionsOf(finding);
  const { lines, total } = linesOf(contributions);
  const moving = lines.filter(({ contribution }) => contribution.part !== 'step' || contribution.logOdds !== 0);
  const still = lines.filter((line) => !moving.includes(line)).map(({ contribution }) => contribution.term);
  const low = Math.min(0, ...lines.map((line) => line.to));
  const span = Math.max(0, ...lines.map((line) => line.to)) - low || 1;
  const honest = addsUp(contributions, finding.threatProbability);
  return (
    <Panel
      id="probability"
      title="Why this probability"
      flush
      note="Log-odds: each part moves the sum, the sum is the probability. 0 is even odds."
      aside={
        firstSeen && (
          <span className={classes.firstSeen}>
            when first visible {percent(firstSeen.threatProbability)}, rules alone {percent(firstSeen.rulesOnly)}
          </span>
        )
      }
    >
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col" className={classes.axis}>
              <span style={{ left: `${(-low / span) * 100}%` }}>even odds</span>
            </th>
            <th scope="col" className={classes.number}>
              Log-odds
            </th>
            <th scope="col" className={classes.number}>
              Probability
            </th>
            <th scope="col">Evidence</th>
          </tr>
        </thead>
        <tbody>
          {moving.map((line, place) => (
            <ContributionRows
              key={line.contribution.key}
              line={line}
              heading={
                line.contribution.part === moving[place - 1]?.contribution.part
                  ? undefined
                  : headings[line.contribution.part]
              }
              bar={<Bar line={line} low={low} span={span} />}
            />
          ))}
          {still.length > 0 && (
            <tr data-still>
              <th scope="row" colSpan={2}>
                {still.length} investigation step{still.length === 1 ? '' : 's'} moved nothing:{' '}
                <Untrusted text={still.join(', ')} clip={240} />
              </th>
              <td className={classes.number}>{signed(0)}</td>
              <td className={classes.running} />
              <td />
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Sum</th>
            <td />
            <td className={classes.number} data-testid="log-odds-sum">
              {signed(total)}
            </td>
            <td className={classes.number}>{percent(finding.threatProbability)}</td>
            <td />
          </tr>
        </tfoot>
      </table>
      {!honest && (
        <p role="alert" className={classes.broken}>
          These parts do not add up to {percent(finding.threatProbability)}. Do not rely on this score, and report it.
        </p>
      )}
    </Panel>
  );
}
