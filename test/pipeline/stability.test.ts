import { describe, expect, it } from 'vitest';
import { MemoryLake } from '../../src/adapters/memory-lake/lake.ts';
import { loadPlaybooks } from '../../src/cli/load.ts';
import { reportOf } from '../../src/cli/report.ts';
import { logit } from '../../src/score/index.ts';
import { compileRules } from '../../src/sigma/index.ts';
import { createPipeline } from '../../src/topology.ts';
import { processStart } from '../support/events.ts';

const rules = compileRules([
  {
    file: 'tool.yml',
    text: 'title: Odd tool\nid: 7a0c6a3a-45a3-4e7e-b0a5-0a8c0c6f1e10\nlevel: high\ntags: [attack.execution, attack.t1059.001]\nlogsource: {category: process_creation}\ndetection:\n  sel:\n    host: ws1\n  condition: sel\n',
  },
]);

function run(order: readonly number[]) {
  const events = order.map((i) => ({
    ...processStart(`e${i}`, i, i % 2 === 0 ? 'ws1' : 'ws2', 'ana', 'tool.exe'),
    origin: { product: undefined, service: undefined, categories: ['process_creation'] },
  }));
  const pipeline = createPipeline({
    tenant: 't',
    engine: rules.engine,
    lake: new MemoryLake(),
    playbooks: loadPlaybooks(),
  });
  pipeline.push(events);
  return pipeline.settle().surfaced;
}

describe('a pipeline', () => {
  it('gives the same findings, byte for byte, whatever order events arrive in', () => {
    const forward = run([0, 1, 2, 3, 4, 5]);
    expect(forward.length).toBeGreaterThan(0);
    expect(JSON.stringify(run([5, 3, 1, 4, 2, 0]).map(reportOf))).toBe(JSON.stringify(forward.map(reportOf)));
  });

  it('shows parts that add up to the probability', () => {
    for (const { base, reasons, investigation, threatProbability } of run([0, 2, 4])) {
      const parts = [...reasons, ...investigation.steps].reduce((sum, { logOdds }) => sum + logOdds, base);
      expect(Math.abs(parts - logit(threatProbability))).toBeLessThan(1e-9);
    }
  });
});
