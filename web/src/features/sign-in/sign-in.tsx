import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { signIn } from '../../api/session.ts';
import { Mark } from '../../ui/mark.tsx';
import { useTitle } from '../../ui/use-title.ts';
import { CodeStep } from './code-step.tsx';
import { OtherWays } from './other-ways.tsx';
import { refusal } from './refusal.ts';
import classes from './sign-in.module.css';

interface SignInProps {
  readonly next: string;
  /** What an OpenID provider's way back ended with. */
  readonly refusedBy: string | undefined;
}

export function SignIn({ next, refusedBy }: SignInProps) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  useTitle('Sign in');
  const router = useRouter();
  const client = useQueryClient();
  const enter = async () => {
    client.clear();
    await router.invalidate();
    router.history.push(next);
  };
  const attempt = useMutation({
    mutationFn: () => signIn(email.trim(), password),
    onSuccess: async (outcome) => {
      if (outcome === 'in') await enter();
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
        {attempt.data === 'second factor' ? (
          <CodeStep onIn={enter} onBack={() => attempt.reset()} />
        ) : (
          <>
            {refusedBy !== undefined && (
              <Alert color="red" variant="light" role="alert" p="xs" mb="sm">
                The sign-in through your provider did not lead to an account here. Ask an administrator.
              </Alert>
            )}
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
                    {refusal(attempt.error, 'Email or password is wrong.')}
                  </Alert>
                )}
                <Button type="submit" loading={attempt.isPending} mt={4}>
                  Sign in
                </Button>
              </Stack>
            </form>
            <OtherWays onIn={enter} />
          </>
        )}
      </div>
      <p className={classes.foot}>Every decision made here is recorded under your name.</p>
    </main>
  );
}
