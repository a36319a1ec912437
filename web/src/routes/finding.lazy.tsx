import { createLazyRoute } from '@tanstack/react-router';
import { FindingPage } from '../features/finding/finding-page.tsx';

export const Route = createLazyRoute('/signed-in/t/$tenant/findings/$finding')({ component: FindingRoute });

function FindingRoute() {
  const { tenant, finding } = Route.useParams();
  const { me, membership } = Route.useRouteContext();
  return (
    <FindingPage key={finding} tenant={tenant} id={finding} reviewer={{ name: me.user.name, role: membership.role }} />
  );
}
