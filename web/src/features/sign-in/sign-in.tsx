import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Problem, remedyFor } from '../../api/problem.ts';
import { signIn } from '../../api/session.ts';
import { Mark } from '../../ui/mark.tsx';
import { revealed } from '../../ui/reveal.ts';
import { useTitle } from '../../ui/use-title.ts';
import classes from './sign-in.module.css';

function refusal(error: Error): string {
  const status = error instanceof Problem ? error.status : -1;
  if (status === 401) return 'Email or password is wrong.';
  if (status === 0 || status === 429) return `${error.message} ${remedyFor(error)}`;
  return `${revealed(error.message)} ${remedyFor(error)}`;
}

export function SignIn({ next }: { readonly next: string }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  useTitle('Sign in');
  const router = useRouter();
  const client = useQueryClient();
  const attempt = useMutation({
    mutationFn: () => signIn(email.trim(), password),
    onSuccess: async () => {
      client.clear();
      await router.invalidate();
      router.history.push(next);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate();
  };
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Mark size={26} />
          <h1>Bridgewatch</h1>
        </div>
        <p className={classes.lead}>Sign in to review findings.</p>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              label="Email"
              type="email"
              name="email"
              autoComplete="username"
              required
              withAsterisk={false}
              data-autofocus
              autoFocus
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              name="password"
              autoComplete="current-password"
              required
              withAsterisk={false}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            {attempt.error && (
              <Alert color="red" variant="light" role="alert" p="xs">
                {refusal(attempt.error)}
              </Alert>
            )}
            <Button type="submit" loading={attempt.isPending} mt={4}>
              Sign in
            </Button>
          </Stack>
        </form>
      </div>
      <p className={classes.foot}>Every decision made here is recorded under your name.</p>
    </main>
  );
}
