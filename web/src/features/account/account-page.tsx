import { useQueryClient } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import type { Me } from '../../api/model.ts';
import { Panel } from '../../ui/panel.tsx';
import { useTitle } from '../../ui/use-title.ts';
import classes from './account.module.css';
import { OneTimeCodes } from './one-time-codes.tsx';
import { Passkeys } from './passkeys.tsx';
import { PasswordForm } from './password-form.tsx';
import { Sessions } from './sessions.tsx';
import { Tokens } from './tokens.tsx';

/** How a person shows who they are. Until a given password is changed, that is all there is to do here. */
export function AccountPage({ me }: { readonly me: Me }) {
  useTitle('Your account');
  const client = useQueryClient();
  const router = useRouter();
  const given = me.passwordChangeNeeded;
  const passwordChanged = async () => {
    if (!given) return client.invalidateQueries({ queryKey: ['account'] });
    client.clear();
    await router.invalidate();
    await router.navigate({ to: '/' });
  };
  return (
    <main className={classes.page}>
      <div className={classes.head}>
        {!given && <Link to="/">← Queue</Link>}
        <h1>{given ? 'Choose a password of your own' : 'Your account'}</h1>
        <p>
          {me.user.name}, {me.user.email}
        </p>
      </div>
      <Panel id="password" title="Password">
        {given && (
          <p className={classes.quiet}>
            The one you signed in with was given to you by somebody who knows it. Change it first; everything else opens
            then.
          </p>
        )}
        <PasswordForm onDone={passwordChanged} />
      </Panel>
      {!given && (
        <>
          <Panel id="codes" title="One-time codes">
            <OneTimeCodes />
          </Panel>
          <Panel id="passkeys" title="Passkeys">
            <Passkeys />
          </Panel>
          <Panel id="sessions" title="Sessions">
            <Sessions />
          </Panel>
          <Panel id="tokens" title="API tokens" note="They let programs act for you, and answer for nothing.">
            <Tokens me={me} />
          </Panel>
        </>
      )}
    </main>
  );
}
