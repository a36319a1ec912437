import { createLazyRoute } from '@tanstack/react-router';
import { ActionPage } from '../features/authority/action-page.tsx';

export const Route = createLazyRoute('/signed-in/t/$tenant/actions/$action')({ component: ActionRoute });

function ActionRoute() {
  const { tenant, action } = Route.useParams();
  return <ActionPage tenant={tenant} id={action} plan={Route.useSearch().plan} />;
}
