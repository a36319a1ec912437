import { Button } from '@mantine/core';
import { revealed } from '../../ui/reveal.ts';
import { When } from '../../ui/when.tsx';
import { figure, many, shortId, within } from './figures.ts';
import classes from './models.module.css';
import type { Version } from './queries.ts';

interface VersionsTableProps {
  readonly versions: readonly Version[];
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}

function role({ isChampion, inShadow }: Version): string {
  if (isChampion) return 'champion';
  return inShadow ? 'in shadow' : 'kept';
}

/** Every version that is kept, with how it did on what came later than what it learned from. */
export function VersionsTable({ versions, chosen, onChoose }: VersionsTableProps) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label="Versions">
        <thead>
          <tr>
            <th>Version</th>
            <th>Made</th>
            <th>Learned from</th>
            <th data-number>Tested on</th>
            <th data-number>Log-loss (hand-set)</th>
            <th data-number>Brier skill</th>
            <th data-number>Calibration slope</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => {
            const { id, madeAt, madeBy, trainedOn, calibratedOn, measured, note } = version;
            return (
              <tr key={id}>
                <td>
                  <b>{shortId(id)}</b> {role(version)}
                  {version.parent !== null && <div className={classes.quiet}>after {shortId(version.parent)}</div>}
                </td>
                <td>
                  <When at={madeAt} />
                  <div className={classes.quiet}>
                    {madeBy === null ? 'at the start' : revealed(madeBy.name)} {revealed(note)}
                  </div>
                </td>
                <td>
                  {many(trainedOn.examples, 'verdict')}, {many(trainedOn.threats, 'threat')}
                  <div className={classes.quiet}>
                    {calibratedOn === 0 ? 'not calibrated: too few' : `calibrated on the last ${calibratedOn}`}
                  </div>
                </td>
                {measured === null ? (
                  <td colSpan={4}>
                    {version.origin === 'hand_set' ? 'nothing learned' : 'too few verdicts to measure'}
                  </td>
                ) : (
                  <>
                    <td data-number>
                      {measured.testedOn.examples}, {many(measured.metrics.threats, 'threat')}
                    </td>
                    <td data-number>
                      {within(measured.logLoss)}
                      <div className={classes.quiet}>{figure(measured.handSet.logLoss)}</div>
                    </td>
                    <td data-number>
                      {measured.metrics.brierSkill === null ? 'none' : figure(measured.metrics.brierSkill, 2)}
                    </td>
                    <td data-number>
                      {measured.metrics.calibrationSlope === null
                        ? 'none'
                        : within(measured.metrics.calibrationSlope, 2)}
                    </td>
                  </>
                )}
                <td>
                  {!version.isChampion && (
                    <Button
                      size="compact-xs"
                      variant={chosen === id ? 'filled' : 'default'}
                      aria-label={`Compare ${shortId(id)} with the champion`}
                      onClick={() => onChoose(id)}
                    >
                      Compare
                    </Button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
