import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { SourcesPage } from '../features/sources/sources-page.tsx';

export const Route = createLazyRoute('/signed-in/t/$tenant/sources')({ component: SourcesRoute });

const tenantRoute = getRouteApi('/signed-in/t/$tenant');

function SourcesRoute() {
  const { role } = tenantRoute.useRouteContext().membership;
  return <SourcesPage tenant={Route.useParams().tenant} mayManage={role === 'lead' || role === 'administrator'} />;
}
