import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { accountQueries, beginCodes, confirmCodes, dropCodes } from '../../api/account.ts';
import { Refused } from '../../ui/refused.tsx';
import classes from './account.module.css';

const secretOf = (uri: string): string => (URL.canParse(uri) ? (new URL(uri).searchParams.get('secret') ?? '') : '');

/** Codes of an authenticator app, asked for after the password. */
export function OneTimeCodes() {
  const client = useQueryClient();
  const { data } = useQuery(accountQueries.factors);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const refresh = () => client.invalidateQueries({ queryKey: ['account'] });
  const begin = useMutation({ mutationFn: () => beginCodes(password), onSuccess: () => setPassword('') });
  const confirm = useMutation({
    mutationFn: () => confirmCodes(code.trim()),
    onSuccess: async () => {
      setCode('');
      begin.reset();
      await refresh();
    },
  });
  const drop = useMutation({
    mutationFn: () => dropCodes(password),
    onSuccess: async () => {
      setPassword('');
      await refresh();
    },
  });
  if (data === undefined) return <p className={classes.quiet}>Loading.</p>;

  if (begin.data !== undefined) {
    const submit = (event: FormEvent) => {
      event.preventDefault();
      confirm.mutate();
    };
    return (
      <form className={classes.form} onSubmit={submit}>
        <p className={classes.quiet}>Add this key to your authenticator app, then type the code it shows.</p>
        <code className={classes.secret} data-testid="totp-key">
          {secretOf(begin.data.uri)}
        </code>
        <a href={begin.data.uri}>Open in an authenticator on this device</a>
        <p className={classes.quiet}>
          Keep these backup codes elsewhere. Each works once, for when you have lost the authenticator; they are not
          shown again.
        </p>
        <code className={classes.secret}>{begin.data.backupCodes.join('  ')}</code>
        <TextInput
          label="Code"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Refused error={confirm.error} wrong="That is not the code of this moment." />
        <Button type="submit" size="xs" loading={confirm.isPending}>
          Turn on
        </Button>
      </form>
    );
  }

  const change = data.codes ? drop : begin;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <p className={classes.quiet}>
        {data.codes
          ? 'On. A code is asked for after the password.'
          : 'Off. With it, a stolen password alone opens nothing.'}
      </p>
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Refused error={change.error} wrong="The password is wrong." />
      <Button type="submit" size="xs" variant={data.codes ? 'default' : 'filled'} loading={change.isPending}>
        {data.codes ? 'Turn off' : 'Set up'}
      </Button>
    </form>
  );
}
