import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { accountQueries, revokeToken } from '../../api/account.ts';
import type { Me } from '../../api/model.ts';
import { Refused } from '../../ui/refused.tsx';
import { revealed } from '../../ui/reveal.ts';
import { When } from '../../ui/when.tsx';
import classes from './account.module.css';
import { TokenForm } from './token-form.tsx';

/** Tokens that let programs act for the person, and the newest one's text, once. */
export function Tokens({ me }: { readonly me: Me }) {
  const client = useQueryClient();
  const { data } = useQuery(accountQueries.tokens);
  const [shown, setShown] = useState<string | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: accountQueries.tokens.queryKey });
  const revoke = useMutation({ mutationFn: revokeToken, onSuccess: refresh });
  const held = data?.items.filter((token) => token.revokedAt === null && token.expiresAt > Date.now()) ?? [];
  return (
    <>
      {held.length > 0 && (
        <ul className={classes.list}>
          {held.map((token) => (
            <li key={token.id} data-testid="token">
              <span>
                {revealed(token.name)} <code>{token.prefix}…</code>
                <br />
                <span className={classes.quiet}>
                  {token.scopes.join(', ')} in {token.tenant ?? 'all your organisations'}, until{' '}
                  <When at={token.expiresAt} />
                  {token.lastUsedAt === null ? ', never used' : ', last used '}
                  {token.lastUsedAt !== null && <When at={token.lastUsedAt} />}
                </span>
              </span>
              <Button size="compact-xs" variant="default" onClick={() => revoke.mutate(token.id)}>
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Refused error={revoke.error} />
      {shown !== null && (
        <div role="status">
          <p className={classes.quiet}>Copy it now; it is not shown again.</p>
          <code className={classes.secret} data-testid="new-token">
            {shown}
          </code>
        </div>
      )}
      {data !== undefined && (
        <TokenForm
          scopes={data.scopes}
          tenants={me.tenants}
          onMade={async (token) => {
            setShown(token);
            await refresh();
          }}
        />
      )}
    </>
  );
}
