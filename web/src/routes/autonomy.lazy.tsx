import { createLazyRoute } from '@tanstack/react-router';
import { AutonomyPage } from '../features/authority/autonomy-page.tsx';

export const Route = createLazyRoute('/signed-in/t/$tenant/autonomy')({ component: AutonomyRoute });

function AutonomyRoute() {
  return <AutonomyPage tenant={Route.useParams().tenant} />;
}
