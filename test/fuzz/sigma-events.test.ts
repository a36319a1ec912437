import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lenses, lensOf } from '../../src/lenses/index.ts';
import { compileRules } from '../../src/sigma/index.ts';

const rules = `
title: fields
logsource: { product: windows }
detection:
  a: { 'Image|endswith': '.exe', 'CommandLine|contains|all': [a, b] }
  b: { EventID: 1, 'UtcTime|hour|gte': 3, 'SourceIp|cidr': 10.0.0.0/8, 'Image|fieldref': ParentImage, 'User|exists': false }
  condition: 1 of them
---
title: keywords
logsource: { product: windows }
detection: { k: [needle, 'a*c?'], n: { '|re': '[0-9]+x' }, condition: k or n }
---
title: many
correlation: { type: event_count, rules: [fields], group-by: [User], timespan: 1m, condition: { gte: 2 } }
`;

test('no JSON object makes the engine throw, through any lens', () => {
  const { engine, rules: compiled } = compileRules([{ file: 'r.yml', text: rules }]);
  const correlator = engine.correlator();
  const key = fc.oneof(
    fc.constantFrom(
      'Image',
      'CommandLine',
      'EventID',
      'User',
      'Event',
      'EventData',
      'System',
      'winlog',
      'event_data',
      '__proto__',
      'constructor',
      'UtcTime',
      'SourceIp',
    ),
    fc.string({ maxLength: 4 }),
  );
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.double(), fc.boolean(), fc.constant(null)),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(key, tie('json'), { maxKeys: 5 }),
    ),
  }));
  fc.assert(
    fc.property(
      fc.dictionary(key, json, { maxKeys: 6 }),
      fc.nat(lenses.length - 1),
      fc.double(),
      (record, which, time) => {
        for (const lens of [lensOf(record), lenses[which] ?? lensOf(record)]) {
          const event = { lens, record, origin: { product: 'windows', service: undefined, categories: [] }, time };
          const found = engine.matchAll(event);
          for (const rule of compiled.filter(({ kind }) => kind === 'detection')) {
            expect(engine.explain(rule, event).matched).toBe(found.includes(rule));
            for (const { value } of engine.matchedFields(rule, event)) expect(value.length).toBeLessThanOrEqual(1000);
          }
          correlator.push(event, found);
        }
      },
    ),
    { numRuns: 1500 },
  );
  correlator.flush();
});
