import { createLazyRoute } from '@tanstack/react-router';
import { QueuePage } from '../features/queue/queue-page.tsx';

export const Route = createLazyRoute('/signed-in/t/$tenant/queue')({ component: QueueRoute });

function QueueRoute() {
  const { tenant } = Route.useParams();
  const { status } = Route.useSearch();
  // A new list for each filter and organisation: what is held still on one says nothing of the other.
  return <QueuePage key={`${tenant} ${status}`} tenant={tenant} status={status} />;
}
