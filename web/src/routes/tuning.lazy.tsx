import { createLazyRoute, getRouteApi } from '@tanstack/react-router';
import { TuningPage } from '../features/tuning/tuning-page.tsx';

export const Route = createLazyRoute('/signed-in/t/$tenant/tuning')({ component: TuningRoute });

const tenantRoute = getRouteApi('/signed-in/t/$tenant');

function TuningRoute() {
  const { tenant } = Route.useParams();
  const { role } = tenantRoute.useRouteContext().membership;
  const mayAccept = role === 'lead' || role === 'administrator';
  return (
    <TuningPage key={tenant} tenant={tenant} mayAccept={mayAccept} mayWithdraw={mayAccept || role === 'analyst'} />
  );
}
