import { expect, it } from 'vitest';
import { finding } from '../../test/store-rows.ts';
import { at, detector, event, hit } from '../../test/support/events.ts';
import { FactBody } from '../contracts/context.ts';
import { draftsOf } from './context-draft.ts';

const act = (id: string, minute: number, host: string, user: string) =>
  hit(event(id, minute, { kind: 'process_start', host, user }), detector('scan'));

it('a finding drafts who acted, what was seen, where and in which hours, and nothing that a fact could not be', () => {
  // Monday from 09:00 and 11:30 UTC; in Auckland that is late on Monday and past midnight.
  const detections = [act('a', 0, 'ws1', 'svc-scan'), act('b', 150, 'ws2', 'svc-scan'), act('c', 5, 'ws1', 'system')];
  const [draft, ...others] = draftsOf(finding('t', 'f', { detections }), 'UTC', at(0));
  expect(others).toEqual([]);
  expect(draft).toMatchObject({
    entity: { kind: 'user', value: 'svc-scan' },
    body: {
      detectors: ['scan'],
      hosts: ['ws1', 'ws2'],
      hours: { timeZone: 'UTC', spans: [{ days: [1], from: '09:00', to: '12:00' }] },
    },
  });
  expect(FactBody.parse(draft?.body)).toEqual(draft?.body);
  const there = draftsOf(finding('t', 'f', { detections }), 'Pacific/Auckland', at(0))[0]?.body;
  expect(there).toMatchObject({
    hours: {
      spans: [
        { days: [1], to: '23:00' },
        { days: [2], from: '00:00', to: '01:00' },
      ],
    },
  });
  expect(draftsOf(finding('t', 'f'), 'UTC', at(0))).toEqual([]);
});
