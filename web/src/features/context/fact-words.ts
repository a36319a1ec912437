import type { Fact } from './queries.ts';

type Hours = NonNullable<Extract<Fact['body'], { kind: 'expected_behaviour' }>['hours']>;

export const kindWords: Readonly<Record<Fact['body']['kind'], string>> = {
  criticality: 'Criticality',
  vip: 'VIP',
  maintenance_window: 'Maintenance window',
  expected_behaviour: 'Expected behaviour',
  owner: 'Owner',
  note: 'Note',
};

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export function hoursInWords({ timeZone, spans }: Hours): string {
  const said = spans.map(({ days, from, to }) => `${days.map((day) => dayNames[day - 1]).join(', ')} ${from} to ${to}`);
  return `${said.join('; ')} (${timeZone})`;
}

/** What narrows a fact, part by part. */
export function scopeInWords(body: Fact['body']): readonly string[] {
  if (body.kind === 'criticality') return [body.level.replace('_', ' ')];
  if (body.kind === 'maintenance_window')
    return [
      ...(body.also.length > 0 ? [`also ${body.also.map(({ value }) => value).join(', ')}`] : []),
      ...(body.hours === null ? [] : [hoursInWords(body.hours)]),
    ];
  if (body.kind !== 'expected_behaviour') return [];
  const { detectors, families, techniques, hosts, hours } = body;
  const what = [...families, ...techniques, ...(detectors.length > 0 ? [`${detectors.length} detectors`] : [])];
  return [
    what.length === 0 ? 'whatever it does' : what.join(', '),
    ...(hosts.length > 0 ? [`on ${hosts.join(', ')}`] : []),
    ...(hours === null ? [] : [hoursInWords(hours)]),
  ];
}
