import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Refused } from '../../ui/refused.tsx';
import classes from '../sources/sources.module.css';
import { kindWords } from './fact-words.ts';
import { type Fact, type NewFact, sayFact } from './queries.ts';

type Kind = Fact['body']['kind'];
type EntityKind = Fact['entity']['kind'];

const entityKinds: readonly EntityKind[] = ['host', 'user', 'address', 'cloud_principal', 'cloud_resource', 'domain'];
const levels = ['crown_jewel', 'high', 'normal', 'low'] as const;
const dayChoices = [
  ['', 'Any day'],
  ['1,2,3,4,5', 'Monday to Friday'],
  ...['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'].map((name, n) => [
    `${n + 1}`,
    name,
  ]),
].map(([value = '', label = '']) => ({ value, label }));
const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

interface FactFormProps {
  readonly tenant: string;
  readonly onSaid: () => Promise<unknown>;
}

/** Says one thing about an asset or an identity; what speaks for a story being harmless must end. */
export function FactForm({ tenant, onSaid }: FactFormProps) {
  const [kind, setKind] = useState<Kind>('criticality');
  const [entityKind, setEntityKind] = useState<EntityKind>('host');
  const [value, setValue] = useState('');
  const [text, setText] = useState('');
  const [owner, setOwner] = useState('');
  const [until, setUntil] = useState(inDays(90));
  const [level, setLevel] = useState<(typeof levels)[number]>('crown_jewel');
  const [what, setWhat] = useState('');
  const [hosts, setHosts] = useState('');
  const [days, setDays] = useState('');
  const [from, setFrom] = useState('00:00');
  const [to, setTo] = useState('24:00');
  const ends = kind === 'maintenance_window' || kind === 'expected_behaviour';
  const body = (): NewFact['body'] => {
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const everyDay = [1, 2, 3, 4, 5, 6, 7];
    const always = days === '' && from === '00:00' && to === '24:00';
    const hours = always
      ? null
      : { timeZone, spans: [{ days: days === '' ? everyDay : days.split(',').map(Number), from, to }] };
    if (kind === 'criticality') return { kind, level };
    if (kind === 'maintenance_window')
      return { kind, hours, from: null, also: words(hosts).map((host) => ({ kind: 'host', value: host })) };
    if (kind !== 'expected_behaviour') return { kind };
    const named = words(what);
    const techniques = named.filter((word) => /^t\d{4}/i.test(word));
    const families = named.filter((word) => !techniques.includes(word));
    return { kind, detectors: [], families, techniques, hosts: words(hosts), hours };
  };
  const say = useMutation({
    mutationFn: () =>
      sayFact(tenant, {
        entity: { kind: entityKind, value: value.trim() },
        body: body(),
        text: text.trim(),
        owner: owner.trim(),
        until: until === '' ? null : Date.parse(`${until}T23:59:59Z`),
      }),
    onSuccess: async () => {
      for (const empty of [setValue, setText, setWhat, setHosts]) empty('');
      await onSaid();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    say.mutate();
  };
  const shared = { required: true, withAsterisk: false } as const;
  return (
    <form className={classes.form} onSubmit={submit}>
      <NativeSelect
        label="What you know"
        value={kind}
        data={Object.entries(kindWords).map(([key, label]) => ({ value: key, label }))}
        onChange={(event) => setKind(event.currentTarget.value as Kind)}
      />
      <NativeSelect
        label="About a"
        value={entityKind}
        data={entityKinds.map((each) => ({ value: each, label: each.replace('_', ' ') }))}
        onChange={(event) => setEntityKind(event.currentTarget.value as EntityKind)}
      />
      <TextInput
        label="Named"
        {...shared}
        maxLength={1000}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      {kind === 'criticality' && (
        <NativeSelect
          label="Criticality"
          value={level}
          data={levels.map((each) => ({ value: each, label: each.replace('_', ' ') }))}
          onChange={(event) => setLevel(event.currentTarget.value as (typeof levels)[number])}
        />
      )}
      {kind === 'expected_behaviour' && (
        <TextInput
          label="What it does"
          description="ATT&CK techniques or tactics, such as T1046 discovery. Left empty, whatever it does: that explains less."
          value={what}
          onChange={(event) => setWhat(event.currentTarget.value)}
        />
      )}
      {ends && (
        <>
          <TextInput
            label={kind === 'maintenance_window' ? 'Other hosts worked on' : 'On these hosts'}
            value={hosts}
            onChange={(event) => setHosts(event.currentTarget.value)}
          />
          <NativeSelect
            label="Days"
            value={days}
            data={dayChoices}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
          <TextInput label="From" value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
          <TextInput
            label="To"
            description="Of the clock here; before From, it is on the next day"
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </>
      )}
      <TextInput
        label="Why, in a sentence"
        {...shared}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <TextInput
        label="Who answers for it"
        description="A person or a team; left empty, you do"
        maxLength={200}
        value={owner}
        onChange={(event) => setOwner(event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label="Holds until"
        description={ends ? 'At most a year from now' : 'Left empty, it has no end'}
        required={ends}
        withAsterisk={false}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      <Refused error={say.error} />
      <Button type="submit" size="xs" loading={say.isPending}>
        Say it
      </Button>
    </form>
  );
}
