import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { HuntPage } from '../features/hunt/hunt-page.tsx';
import { Empty } from '../ui/page-state.tsx';

export const Route = createLazyRoute('/signed-in/t/$tenant/hunt')({ component: HuntRoute });

const tenantRoute = getRouteApi('/signed-in/t/$tenant');

function HuntRoute() {
  const { tenant } = Route.useParams();
  const { role } = tenantRoute.useRouteContext().membership;
  if (role === 'viewer' || role === 'customer')
    return <Empty title="Hunting is for analysts">Whoever decides on findings here may ask all telemetry.</Empty>;
  return <HuntPage key={tenant} tenant={tenant} />;
}
