import { handSet } from '../../src/score/index.ts';
import { firstVerdicts } from './after-ten.ts';
import { exampleOf, type Known, line, taught } from './models.ts';
import { aboveLine, dayOf } from './truth.ts';

/** What a line of ten a day holds after so many verdicts in a network, mean over networks. */
export interface CurvePoint {
  readonly verdicts: number;
  readonly findingsPerDay: number;
  /** True stories that are below the line. */
  readonly missed: number;
}

const COUNTS = [0, 2, 5, 10, 15, 20, 30, 40, 60];

/**
 * A tenant that begins with the hand-set weights and no other tenant's experience: after the first n verdicts on the best of each day, how many stories
 * are above the line on the days of the attack and later, and how many true ones are not. Verdicts are on stories before those days only,
 * where there are enough of them; else on the first of those days too, which then count as decided.
 */
export function curves(known: readonly Known[]): readonly CurvePoint[] {
  return COUNTS.map((verdicts) => {
    const points = known.map(({ network, judged, attackDays }) => {
      const from = Math.min(...attackDays);
      const before = judged.filter(({ finding }) => dayOf(finding.firstEventAt) < from);
      const later = judged.filter(({ finding }) => dayOf(finding.firstEventAt) >= from);
      const said = firstVerdicts(handSet, before, verdicts, 20);
      const model = taught(
        handSet,
        network,
        said.map(({ finding, isTrue }) => exampleOf(network, finding, isTrue)),
      );
      const above = new Set(aboveLine(model, later, line));
      const days = new Set(later.map(({ finding }) => dayOf(finding.firstEventAt))).size;
      return { findingsPerDay: above.size / days, missed: later.filter((one) => one.isTrue && !above.has(one)).length };
    });
    const mean = (of: (point: (typeof points)[number]) => number): number =>
      points.reduce((sum, point) => sum + of(point), 0) / points.length;
    return { verdicts, findingsPerDay: mean((point) => point.findingsPerDay), missed: mean((point) => point.missed) };
  });
}

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [640, 320, 50, 30, 20, 45];

/** The curves as a picture of its own: no script, no font to load. */
export function curvesSvg(points: readonly CurvePoint[]): string {
  const most = Math.max(1, ...points.flatMap(({ findingsPerDay, missed }) => [findingsPerDay, missed]));
  const last = points.at(-1)?.verdicts ?? 1;
  const x = (verdicts: number): number => LEFT + (verdicts / last) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / most) * (HEIGHT - TOP - BOTTOM);
  const line = (of: (point: CurvePoint) => number, colour: string): string =>
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map((point) => `${x(point.verdicts).toFixed(1)},${y(of(point)).toFixed(1)}`).join(' ')}"/>`;
  const ticks = points.map(
    ({ verdicts }) =>
      `<text x="${x(verdicts).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${verdicts}</text>`,
  );
  const levels = [0, most / 2, most].map(
    (value) => `<text x="${LEFT - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toFixed(1)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="Verdicts against findings a day and missed threats">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" fill="none" stroke="#888"/>`,
    ...ticks,
    ...levels,
    line(({ findingsPerDay }) => findingsPerDay, '#1864ab'),
    line(({ missed }) => missed, '#c92a2a'),
    `<text x="${LEFT + 10}" y="${TOP - 10}" fill="#1864ab">findings a day above the line</text>`,
    `<text x="${LEFT + 230}" y="${TOP - 10}" fill="#c92a2a">true stories below the line</text>`,
    `<text x="${WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle">verdicts in the network (mean of ${points.length === 0 ? 0 : 4} networks)</text>`,
    '</svg>',
    '',
  ].join('\n');
}
