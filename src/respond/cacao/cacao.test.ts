import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadPlaybooks } from '../../cli/load.ts';
import { ResponsePlaybook } from '../../contracts/response.ts';
import { actionKinds, exportCacao, importCacao } from '../index.ts';

const AT = Date.UTC(2026, 0, 5, 9);
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const targets = ['host', 'user', 'cloud_principal', 'address', 'file'] as const;
const possible = Object.entries(actionKinds).flatMap(([kind, { targets: of }]) =>
  targets.filter((target) => of.some((each) => each === target)).map((target) => ({ kind, target })),
);
const offered = fc
  .tuple(fc.constantFrom(...possible), fc.constantFrom('low', 'medium', 'high'), fc.boolean(), text)
  .map(([which, impact, reversible, why]) => ({ ...which, impact, reversible, when: 'threat', why }) as const);
const playbook: fc.Arbitrary<ResponsePlaybook> = fc.record({
  family: fc.stringMatching(/^[a-z][a-z0-9-]{0,40}$/),
  title: text,
  actions: fc.array(offered, { minLength: 1, maxLength: 12 }),
});

test('what is exported comes back as it was', () => {
  fc.assert(
    fc.property(playbook, (given) => {
      expect(importCacao(JSON.stringify(exportCacao(given, AT)))).toEqual(given);
    }),
  );
});

test('the playbooks that ship come back as they were', () => {
  const all = loadPlaybooks().map(({ content }) => ResponsePlaybook.parse(content));
  expect(all.length).toBeGreaterThan(10);
  for (const each of all.filter(({ actions }) => actions.length > 0)) {
    expect(importCacao(JSON.stringify(exportCacao(each, AT)))).toEqual(each);
  }
});

describe('a document', () => {
  const given: ResponsePlaybook = {
    family: 'impact',
    title: 'What stops it now?',
    actions: [
      { kind: 'isolate_host', target: 'host', impact: 'high', reversible: true, when: 'threat', why: 'It encrypts' },
      { kind: 'notify_owner', target: 'host', impact: 'low', reversible: false, when: 'threat', why: 'They restore' },
    ],
  };
  type Document = ReturnType<typeof exportCacao>;
  const documented = () => exportCacao(given, AT);
  const steps = ({ workflow }: Document) => Object.entries(workflow);

  test('has what the specification requires, ids of its form, and every reference it uses at the top', () => {
    const document = documented();
    expect(document).toMatchObject({
      type: 'playbook',
      spec_version: 'cacao-2.0',
      created: '2026-01-05T09:00:00.000Z',
      external_references: [
        {
          external_id: 'D3-NI',
          url: 'https://d3fend.mitre.org/technique/d3f:NetworkIsolation/',
          description: 'Network Isolation',
        },
      ],
    });
    const identifier = /^[a-z][a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    const ids = [
      document.id,
      document.created_by,
      ...Object.keys(document.workflow),
      ...Object.keys(document.agent_definitions ?? {}),
    ];
    for (const id of ids) expect(id).toMatch(identifier);
    expect(new Set(ids.map((id) => id.split('--')[1])).size).toBe(ids.length);
    expect(documented()).toEqual(document);
  });

  test('lets nothing act that no individual has approved just before', () => {
    const document = documented();
    const automated = steps(document).filter(([, step]) => JSON.stringify(step.commands ?? []).includes('http-api'));
    expect(automated).toHaveLength(2);
    for (const [id] of automated) {
      const leading = steps(document).filter(([, step]) => Object.values(step).includes(id));
      expect(leading).toHaveLength(1);
      const [, approval] = leading[0] ?? [];
      expect(approval).toMatchObject({ on_success: id, commands: [{ type: 'manual' }] });
      expect(document.agent_definitions?.[String(approval?.agent)]?.type).toBe('individual');
    }
  });

  test('without an action is none', () => {
    expect(() => exportCacao({ ...given, actions: [] }, AT)).toThrow(
      expect.objectContaining({ code: 'CACAO_NO_ACTION' }),
    );
  });

  const [firstApproval = '', secondApproval = ''] = steps(documented())
    .filter(([, step]) => 'on_success' in step)
    .map(([id]) => id);
  const [firstDo = ''] = steps(documented())
    .filter(([, step]) => 'step_extensions' in step)
    .map(([id]) => id);
  const changed = (change: (document: Document) => void): string => {
    const document = structuredClone(documented());
    change(document);
    return JSON.stringify(document);
  };
  const stepOf = (document: Document, id: string): Record<string, unknown> => document.workflow[id] ?? {};
  const refusals: readonly [string, (document: Document) => void, RegExp][] = [
    ['another version', (d) => Object.assign(d, { spec_version: '1.1' }), /spec_version/],
    ['a missing required property', (d) => Object.assign(d, { created: undefined }), /created/],
    ['signatures it cannot check', (d) => Object.assign(d, { signatures: [] }), /signatures/],
    ['a revoked playbook', (d) => Object.assign(d, { revoked: true }), /revoked/],
    ['no family', (d) => Object.assign(d, { labels: ['x'] }), /labels/],
    [
      'an action nobody approves',
      (d) => Object.assign(stepOf(d, d.workflow_start), { on_completion: firstDo }),
      /no person approves/,
    ],
    [
      'an approval by a machine',
      (d) => Object.assign(stepOf(d, firstApproval), { agent: stepOf(d, firstDo).agent }),
      /no individual or group/,
    ],
    [
      'a loop',
      (d) => {
        for (const id of [firstDo, firstApproval]) {
          const key = id === firstDo ? 'on_completion' : 'on_failure';
          Object.assign(stepOf(d, id), { [key]: firstApproval });
        }
      },
      /comes round again/,
    ],
    ['a step that is not there', (d) => delete d.workflow[secondApproval], /is named and not there/],
    [
      'a step that nothing leads to',
      (d) => {
        d.workflow['end--00000000-0000-4000-8000-000000000000'] = { type: 'end' };
      },
      /no step leads to it/,
    ],
    ['parallel steps', (d) => Object.assign(stepOf(d, firstApproval), { type: 'parallel' }), /type parallel/],
    ['a delay', (d) => Object.assign(stepOf(d, firstDo), { delay: 5 }), /delay/],
    [
      'a shell command',
      (d) => Object.assign(stepOf(d, firstDo), { commands: [{ type: 'bash', command: 'rm -rf /' }] }),
      /commands/,
    ],
    [
      'a call elsewhere',
      (d) =>
        Object.assign((stepOf(d, firstDo).commands as object[])[0] ?? {}, {
          command: 'GET /latest/meta-data HTTP/1.1',
        }),
      /no proposal of an action/,
    ],
    [
      'an action there is not',
      (d) =>
        Object.assign((stepOf(d, firstDo).commands as object[])[0] ?? {}, {
          content: '{"kind":"format_disk","target":{"kind":"host","value":"__host__:value"},"why":"x"}',
        }),
      /no action "format_disk"/,
    ],
    [
      'a fixed target',
      (d) =>
        Object.assign((stepOf(d, firstDo).commands as object[])[0] ?? {}, {
          content: '{"kind":"isolate_host","target":{"kind":"host","value":"dc-1"},"why":"x"}',
        }),
      /target\.value/,
    ],
  ];
  test.each(refusals)('with %s is refused by name', (_what, change, says) => {
    expect(() => importCacao(changed(change))).toThrow(
      expect.objectContaining({ code: 'CACAO_REFUSED', message: expect.stringMatching(says) }),
    );
  });

  test('is bounded before it is read', () => {
    const code = (expected: string) => expect.objectContaining({ code: expected });
    expect(() => importCacao('['.repeat(100_000))).toThrow(code('CACAO_TOO_LARGE'));
    expect(() => importCacao(`"${'x'.repeat(600_000)}"`)).toThrow(code('CACAO_TOO_LARGE'));
    expect(() => importCacao('{')).toThrow(code('CACAO_NOT_JSON'));
    const many = changed((d) => {
      for (let n = 0; n < 300; n++) {
        d.workflow[`end--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`] = { type: 'end' };
      }
    });
    expect(() => importCacao(many)).toThrow(code('CACAO_REFUSED'));
  });

  test('that is anything at all is read or refused, never worse', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(() => importCacao(json)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^CACAO_/) }));
      }),
    );
  });
});
