import type { ReactNode } from 'react';
import { signed } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { revealed } from '../../ui/reveal.ts';
import { When } from '../../ui/when.tsx';
import { many } from './figures.ts';
import classes from './models.module.css';
import type { Challenger } from './queries.ts';

interface ChallengerPanelProps {
  readonly challenger: Challenger | null;
  readonly missed: number;
  readonly children: ReactNode;
}

const SHOWN = 10;

/** The draft that determinations teach, and where it differs from what scores. */
export function ChallengerPanel({ challenger, missed, children }: ChallengerPanelProps) {
  if (challenger === null) {
    return (
      <Panel id="challenger" title="Challenger">
        <p className={classes.quiet}>Not taught yet.</p>
      </Panel>
    );
  }
  const { trainedOn, detectors, learnedAt } = challenger;
  return (
    <Panel
      id="challenger"
      title="Challenger"
      note={
        <>
          learned <When at={learnedAt} />
        </>
      }
    >
      <p className={classes.quiet}>
        From {many(trainedOn.examples, 'verdict')} in force; threats among them: {trainedOn.threats}. Missed, {missed}:
        threats that people found and the AI had not shown are counted and cannot be learned from.
      </p>
      {detectors.length > 0 && (
        <div className={classes.scroll}>
          <table className={classes.table} aria-label="What the challenger has learned of detectors">
            <thead>
              <tr>
                <th>Detector</th>
                <th data-number>Verdicts</th>
                <th data-number>Champion adds</th>
                <th data-number>Challenger adds</th>
              </tr>
            </thead>
            <tbody>
              {detectors.slice(0, SHOWN).map(({ id, verdicts, champion, challenger: learned }) => (
                <tr key={id}>
                  <td>{revealed(id)}</td>
                  <td data-number>{verdicts}</td>
                  <td data-number>{signed(champion)}</td>
                  <td data-number>{signed(learned)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {children}
    </Panel>
  );
}
