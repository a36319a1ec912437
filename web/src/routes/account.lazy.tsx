import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { AccountPage } from '../features/account/account-page.tsx';

export const Route = createLazyRoute('/signed-in/account')({ component: AccountRoute });

const signedIn = getRouteApi('/signed-in');

function AccountRoute() {
  return <AccountPage me={signedIn.useRouteContext().me} />;
}
