import { Button, Checkbox, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { makeToken, type NewToken } from '../../api/account.ts';
import type { Me } from '../../api/model.ts';
import { Refused } from '../../ui/refused.tsx';
import classes from './account.module.css';

interface TokenFormProps {
  readonly scopes: NewToken['scopes'];
  readonly tenants: Me['tenants'];
  readonly onMade: (token: string) => Promise<void>;
}

export function TokenForm({ scopes, tenants, onMade }: TokenFormProps) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<NewToken['scopes']>([]);
  const [tenant, setTenant] = useState(tenants[0]?.id ?? '');
  const [days, setDays] = useState<number | string>(90);
  const make = useMutation({
    mutationFn: () =>
      makeToken({
        name: name.trim(),
        scopes: chosen,
        tenant: tenant === '' ? null : tenant,
        expiresInDays: Number(days),
      }),
    onSuccess: async ({ token }) => {
      setName('');
      setChosen([]);
      await onMade(token);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        label="What it is for"
        required
        withAsterisk={false}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label="Organisation"
        value={tenant}
        data={[...tenants.map(({ id, name: label }) => ({ value: id, label })), { value: '', label: 'All of mine' }]}
        onChange={(event) => setTenant(event.currentTarget.value)}
      />
      <NumberInput
        label="Days until it expires"
        min={1}
        max={365}
        clampBehavior="strict"
        value={days}
        onChange={setDays}
      />
      <Checkbox.Group
        label="What it may do"
        description="As far as your role goes. What takes a person is not among these."
        value={chosen}
        onChange={(values) => setChosen(scopes.filter((scope) => values.includes(scope)))}
      >
        <div className={classes.scopes}>
          {scopes.map((scope) => (
            <Checkbox key={scope} size="xs" value={scope} label={scope} />
          ))}
        </div>
      </Checkbox.Group>
      <Refused error={make.error} />
      <Button type="submit" size="xs" loading={make.isPending} disabled={chosen.length === 0}>
        Make a token
      </Button>
    </form>
  );
}
