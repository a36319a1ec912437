import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Refused } from '../../ui/refused.tsx';
import type { ShownToken } from './new-token.tsx';
import { addSource } from './queries.ts';
import { type Door, doorNames } from './snippets.ts';
import classes from './sources.module.css';

const doors = Object.entries(doorNames).map(([value, label]) => ({ value, label }));
const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

interface SourceFormProps {
  readonly tenant: string;
  readonly onAdded: (shown: ShownToken) => Promise<void>;
}

export function SourceForm({ tenant, onAdded }: SourceFormProps) {
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [door, setDoor] = useState<Door>('bulk');
  const [peers, setPeers] = useState('');
  const [fingerprints, setFingerprints] = useState('');
  const add = useMutation({
    mutationFn: () =>
      addSource(tenant, {
        id: id.trim(),
        name: name.trim(),
        door,
        ...(door === 'syslog' ? { peers: words(peers), fingerprints: words(fingerprints) } : {}),
      }),
    onSuccess: async (made) => {
      for (const empty of [setId, setName, setPeers, setFingerprints]) empty('');
      await onAdded({ id: made.id, door: made.door, token: made.token });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        label="Name"
        required
        withAsterisk={false}
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label="Id"
        description="Part of the ids of its events; never used twice. Lower-case letters, digits, hyphens."
        required
        withAsterisk={false}
        maxLength={63}
        pattern="[a-z0-9][a-z0-9\-]*"
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
      />
      <NativeSelect
        label="How it sends"
        value={door}
        data={doors}
        onChange={(event) => {
          const chosen = doors.find(({ value }) => value === event.currentTarget.value)?.value;
          if (chosen !== undefined) setDoor(chosen as Door);
        }}
      />
      {door === 'syslog' && (
        <>
          <Textarea
            label="Addresses it sends from"
            description="Addresses or ranges, such as 10.1.0.0/16. They are a claim and no proof: prefer certificates."
            autosize
            minRows={2}
            value={peers}
            onChange={(event) => setPeers(event.currentTarget.value)}
          />
          <Textarea
            label="Fingerprints of its certificates"
            description="SHA-256, as openssl x509 -fingerprint -sha256 prints them"
            autosize
            minRows={2}
            value={fingerprints}
            onChange={(event) => setFingerprints(event.currentTarget.value)}
          />
        </>
      )}
      <Refused error={add.error} />
      <Button type="submit" size="xs" loading={add.isPending}>
        Add source
      </Button>
    </form>
  );
}
