import { describe, expect, it } from 'vitest';
import type { Activity, FindingEvent } from '../../api/model.ts';
import { linesOf, processTree } from './process-tree.ts';

let ordinal = 0;
const event = (activity: Activity): FindingEvent => {
  ordinal += 1;
  return { id: `e${ordinal}`, time: ordinal, lens: 'nxlog', file: 'f', line: ordinal, raw: '{}', activity };
};
const start = (key: string, parent: string): FindingEvent =>
  event({ kind: 'process_start', host: 'ws1', process: { key, image: `C:\\${key}.exe` }, parent: { key: parent } });

const shape = (events: readonly FindingEvent[]) =>
  linesOf(processTree(events)).map(({ node, depth }) => `${'.'.repeat(depth)}${node.key}`);

describe('process tree', () => {
  it('hangs children under parents, also under parents whose start is not at hand', () => {
    expect(
      shape([start('word', 'explorer'), start('cmd', 'word'), start('ps', 'cmd'), start('calc', 'explorer')]),
    ).toEqual(['explorer', '.word', '..cmd', '...ps', '.calc']);
  });

  it('drops a link that would make a process its own ancestor', () => {
    expect(shape([start('a', 'b'), start('b', 'a'), start('c', 'c')])).toEqual(['b', '.a', 'c']);
  });

  it('takes a start recorded by pid and one by GUID as one process, and two GUIDs as two', () => {
    const seen = (key: string) =>
      event({ kind: 'process_start', host: 'ws1', process: { key, pid: '7', image: 'C:\\x\\cmd.exe' } });
    expect(shape([seen('ws1|7'), seen('ws1|{a}'), seen('ws1|7')])).toEqual(['ws1|7']);
    expect(shape([seen('ws1|{a}'), seen('ws1|{b}')])).toEqual(['ws1|{a}', 'ws1|{b}']);
  });

  it('counts what else a process did and keeps the event ids', () => {
    const [root] = processTree([start('ps', 'cmd'), event({ kind: 'network', host: 'ws1', process: { key: 'ps' } })]);
    expect(root?.children[0]?.did.get('network')).toHaveLength(1);
  });

  it('survives thousands of nested processes', () => {
    const deep = Array.from({ length: 5000 }, (_, i) => start(`p${i + 1}`, `p${i}`));
    expect(linesOf(processTree(deep)).at(-1)?.depth).toBe(5000);
  });
});
