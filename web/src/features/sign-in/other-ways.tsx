import { Alert, Button, Divider, Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { accountQueries } from '../../api/account.ts';
import { passkeysWork, signInWithPasskey } from '../../api/passkey.ts';
import { providerAddress } from '../../api/session.ts';
import { revealed } from '../../ui/reveal.ts';
import { refusal } from './refusal.ts';

/** Sign-in without a password: a passkey, or the organisation's OpenID provider where there is one. */
export function OtherWays({ onIn }: { readonly onIn: () => Promise<void> }) {
  const { data } = useQuery(accountQueries.signInOptions);
  const passkey = useMutation({ mutationFn: signInWithPasskey, onSuccess: onIn });
  const provider = useMutation({
    mutationFn: providerAddress,
    onSuccess: (address) => window.location.assign(address),
  });
  const oidc = data?.oidc ?? null;
  if (oidc === null && !passkeysWork()) return null;
  const error = passkey.error ?? provider.error;
  return (
    <Stack gap="sm" mt="md">
      <Divider label="or" labelPosition="center" />
      {error && (
        <Alert color="red" variant="light" role="alert" p="xs">
          {refusal(error, 'That passkey belongs to no account here.')}
        </Alert>
      )}
      {passkeysWork() && (
        <Button variant="default" loading={passkey.isPending} onClick={() => passkey.mutate()}>
          Use a passkey
        </Button>
      )}
      {oidc !== null && (
        <Button variant="default" loading={provider.isPending} onClick={() => provider.mutate()}>
          Continue with {revealed(oidc)}
        </Button>
      )}
    </Stack>
  );
}
