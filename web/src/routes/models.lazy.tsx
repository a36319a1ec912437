import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { ModelsPage } from '../features/models/models-page.tsx';

export const Route = createLazyRoute('/signed-in/t/$tenant/models')({ component: ModelsRoute });

const tenantRoute = getRouteApi('/signed-in/t/$tenant');

function ModelsRoute() {
  const { role } = tenantRoute.useRouteContext().membership;
  const isLead = role === 'lead';
  return (
    <ModelsPage tenant={Route.useParams().tenant} mayFreeze={isLead || role === 'administrator'} mayPromote={isLead} />
  );
}
