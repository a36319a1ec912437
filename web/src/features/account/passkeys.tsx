import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { accountQueries, removePasskey } from '../../api/account.ts';
import { addPasskey, passkeysWork } from '../../api/passkey.ts';
import { Refused } from '../../ui/refused.tsx';
import { revealed } from '../../ui/reveal.ts';
import { When } from '../../ui/when.tsx';
import classes from './account.module.css';

/** Devices that sign in without a password. */
export function Passkeys() {
  const client = useQueryClient();
  const { data = [] } = useQuery(accountQueries.passkeys);
  const [name, setName] = useState('');
  const refresh = () => client.invalidateQueries({ queryKey: accountQueries.passkeys.queryKey });
  const add = useMutation({
    mutationFn: () => addPasskey(name.trim()),
    onSuccess: async () => {
      setName('');
      await refresh();
    },
  });
  const remove = useMutation({ mutationFn: removePasskey, onSuccess: refresh });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <>
      {data.length > 0 && (
        <ul className={classes.list}>
          {data.map((passkey) => (
            <li key={passkey.id} data-testid="passkey">
              <span>
                {revealed(passkey.name)}, since <When at={passkey.since} />
              </span>
              <Button size="compact-xs" variant="default" onClick={() => remove.mutate(passkey.id)}>
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Refused error={remove.error} />
      {passkeysWork() ? (
        <form className={classes.form} onSubmit={submit}>
          <TextInput
            label="Name of this device"
            required
            withAsterisk={false}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Refused error={add.error} />
          <Button type="submit" size="xs" loading={add.isPending}>
            Add a passkey
          </Button>
        </form>
      ) : (
        <p className={classes.quiet}>This browser has no passkeys, or this address has no name they could belong to.</p>
      )}
    </>
  );
}
