import { createLazyRoute } from '@tanstack/react-router';
import { LedgerPage } from '../features/ledger/ledger-page.tsx';

export const Route = createLazyRoute('/signed-in/t/$tenant/ledger')({ component: LedgerRoute });

function LedgerRoute() {
  return <LedgerPage tenant={Route.useParams().tenant} />;
}
