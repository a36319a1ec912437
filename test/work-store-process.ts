/**
 * A process of its own that commits to a work store, for tests. Arguments: the store's folder, a lane, how many commits. Each
 * stores a detection of its own, one that every such process stores, an offset and a count; its number is printed when it is durable.
 */
import { openWorkStore } from '../src/adapters/sqlite/work-store.ts';
import type { Detection } from '../src/contracts/detection.ts';

const [path = '', lane = '0', commits = '0'] = process.argv.slice(2);

function detected(id: string): { detection: Detection; events: [] } {
  const lists = { techniques: [], tactics: [], falsePositives: [] };
  const detector = { kind: 'sigma' as const, id: 'rule', version: '1', title: 'Rule', level: 'low' as const, ...lists };
  return { detection: { id, tenant: 'main', detector, events: [], at: 0, fields: [], entities: [] }, events: [] };
}

const store = openWorkStore({ path });
for (let number = 1; number <= Number(commits); number += 1) {
  store.commit({
    detect: new Map([[Number(lane), number]]),
    detections: [detected(`shared-${number}`), detected(`lane-${lane}-${number}`)],
    counts: new Map([['shared', 1]]),
  });
  process.stdout.write(`${number}\n`);
}
await store.close();
