import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { giveCode } from '../../api/session.ts';
import { refusal } from './refusal.ts';

/** The second factor, after the password was right. */
export function CodeStep({ onIn, onBack }: { readonly onIn: () => Promise<void>; readonly onBack: () => void }) {
  const [code, setCode] = useState('');
  const attempt = useMutation({ mutationFn: () => giveCode(code.replaceAll(' ', '')), onSuccess: onIn });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="Code of your authenticator, or a backup code"
          name="code"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          autoFocus
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        {attempt.error && (
          <Alert color="red" variant="light" role="alert" p="xs">
            {refusal(attempt.error, 'That is not the code of this moment.')}
          </Alert>
        )}
        <Button type="submit" loading={attempt.isPending} mt={4}>
          Continue
        </Button>
        <Button variant="subtle" size="xs" onClick={onBack}>
          Start again
        </Button>
      </Stack>
    </form>
  );
}
