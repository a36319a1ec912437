import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  notFound,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { queries } from '../api/queries.ts';
import { Loading } from '../ui/page-state.tsx';
import { Broken, NotFound } from './broken.tsx';
import { Shell } from './shell.tsx';

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Outlet,
  errorComponent: Broken,
  notFoundComponent: NotFound,
});

/** Only a path on this site may follow a sign-in; `//host` and full URLs would carry the person elsewhere. */
const localPath = (value: unknown): string => (typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : '/');

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next: string; error?: string } => ({
    next: localPath(search.next),
    // What an OpenID provider's way back ended with.
    ...(typeof search.error === 'string' ? { error: search.error.slice(0, 100) } : {}),
  }),
}).lazy(() => import('./sign-in.lazy.tsx').then((module) => module.Route));

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    try {
      const me = await context.client.ensureQueryData(queries.me);
      if (me.passwordChangeNeeded && location.pathname !== '/account') throw redirect({ to: '/account' });
      return { me };
    } catch (error) {
      if (error instanceof Problem && error.status === 401)
        throw redirect({ to: '/sign-in', search: { next: location.href } });
      throw error;
    }
  },
  errorComponent: Broken,
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  beforeLoad: ({ context }) => {
    const first = context.me.tenants[0];
    if (first) throw redirect({ to: '/t/$tenant/queue', params: { tenant: first.id }, search: { status: 'open' } });
  },
  component: NotFound,
});

const tenant = createRoute({
  getParentRoute: () => signedIn,
  path: '/t/$tenant',
  beforeLoad: ({ context, params }) => {
    const membership = context.me.tenants.find((candidate) => candidate.id === params.tenant);
    if (!membership) throw notFound();
    return { membership };
  },
  component: Shell,
});

const queue = createRoute({
  getParentRoute: () => tenant,
  path: '/queue',
  validateSearch: (search: Record<string, unknown>): { status: 'open' | 'determined' } => ({
    status: search.status === 'determined' ? 'determined' : 'open',
  }),
}).lazy(() => import('./queue.lazy.tsx').then((module) => module.Route));

const finding = createRoute({
  getParentRoute: () => tenant,
  path: '/findings/$finding',
}).lazy(() => import('./finding.lazy.tsx').then((module) => module.Route));

const ledger = createRoute({
  getParentRoute: () => tenant,
  path: '/ledger',
}).lazy(() => import('./ledger.lazy.tsx').then((module) => module.Route));

const account = createRoute({
  getParentRoute: () => signedIn,
  path: '/account',
}).lazy(() => import('./account.lazy.tsx').then((module) => module.Route));

const actions = createRoute({
  getParentRoute: () => tenant,
  path: '/actions',
}).lazy(() => import('./actions.lazy.tsx').then((module) => module.Route));

const action = createRoute({
  getParentRoute: () => tenant,
  path: '/actions/$action',
  validateSearch: (search: Record<string, unknown>): { plan: string } => ({
    plan: typeof search.plan === 'string' ? search.plan : '',
  }),
}).lazy(() => import('./action.lazy.tsx').then((module) => module.Route));

const autonomy = createRoute({
  getParentRoute: () => tenant,
  path: '/autonomy',
}).lazy(() => import('./autonomy.lazy.tsx').then((module) => module.Route));

const sources = createRoute({
  getParentRoute: () => tenant,
  path: '/sources',
}).lazy(() => import('./sources.lazy.tsx').then((module) => module.Route));

const models = createRoute({
  getParentRoute: () => tenant,
  path: '/models',
}).lazy(() => import('./models.lazy.tsx').then((module) => module.Route));

const hunt = createRoute({
  getParentRoute: () => tenant,
  path: '/hunt',
}).lazy(() => import('./hunt.lazy.tsx').then((module) => module.Route));

const tuning = createRoute({
  getParentRoute: () => tenant,
  path: '/tuning',
}).lazy(() => import('./tuning.lazy.tsx').then((module) => module.Route));

const context = createRoute({
  getParentRoute: () => tenant,
  path: '/context',
}).lazy(() => import('./context.lazy.tsx').then((module) => module.Route));

const tree = root.addChildren([
  signIn,
  signedIn.addChildren([
    home,
    account,
    tenant.addChildren([queue, finding, ledger, actions, action, autonomy, models, tuning, context, sources, hunt]),
  ]),
]);

export const consoleRouter = (client: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: 'intent',
    defaultPendingComponent: () => <Loading what="page" />,
    scrollRestoration: true,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof consoleRouter>;
  }
}
