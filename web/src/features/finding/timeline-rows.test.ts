import { describe, expect, it } from 'vitest';
import type { FindingEvent } from '../../api/model.ts';
import { timelineRows } from './timeline-rows.ts';

const connection = (time: number, host: string, remoteAddress: string): FindingEvent => ({
  id: `e${time}`,
  time,
  lens: 'nxlog',
  file: 'f',
  line: time,
  raw: '{}',
  activity: { kind: 'network', host, remoteAddress },
});

describe('timelineRows', () => {
  it('folds a run and keeps every event of it', () => {
    const rows = timelineRows([
      connection(1, 'a', '10.0.0.1'),
      connection(2, 'a', '10.0.0.1'),
      connection(3, 'b', '10.0.0.1'),
      connection(4, 'b', '10.0.0.2'),
    ]);
    expect(rows.map(({ ids, last }) => [ids, last.time])).toEqual([
      [['e1', 'e2'], 2],
      [['e3'], 3],
      [['e4'], 4],
    ]);
  });
});
