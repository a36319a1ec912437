import { createLazyRoute } from '@tanstack/react-router';
import { ActionsPage } from '../features/authority/actions-page.tsx';

export const Route = createLazyRoute('/signed-in/t/$tenant/actions')({ component: ActionsRoute });

function ActionsRoute() {
  return <ActionsPage tenant={Route.useParams().tenant} />;
}
