import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { ContextPage } from '../features/context/context-page.tsx';

export const Route = createLazyRoute('/signed-in/t/$tenant/context')({ component: ContextRoute });

const tenantRoute = getRouteApi('/signed-in/t/$tenant');

function ContextRoute() {
  const { role } = tenantRoute.useRouteContext().membership;
  const mayLead = role === 'lead' || role === 'administrator';
  return <ContextPage tenant={Route.useParams().tenant} maySay={role !== 'viewer'} mayLead={mayLead} />;
}
