import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { accountQueries, endSession } from '../../api/account.ts';
import { Refused } from '../../ui/refused.tsx';
import { revealed } from '../../ui/reveal.ts';
import { When } from '../../ui/when.tsx';
import classes from './account.module.css';

/** Where the account is signed in. */
export function Sessions() {
  const client = useQueryClient();
  const { data = [] } = useQuery(accountQueries.sessions);
  const end = useMutation({
    mutationFn: endSession,
    onSuccess: () => client.invalidateQueries({ queryKey: accountQueries.sessions.queryKey }),
  });
  return (
    <>
      <ul className={classes.list}>
        {data.map((session) => (
          <li key={session.id} data-testid="session">
            <span>
              <When at={session.since} />
              {session.current ? ' (this one)' : ''}
              <br />
              <span className={classes.quiet}>{revealed(session.from)}</span>
            </span>
            {!session.current && (
              <Button size="compact-xs" variant="default" onClick={() => end.mutate(session.handle)}>
                End
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Refused error={end.error} />
    </>
  );
}
