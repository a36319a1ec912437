import '@mantine/core/styles.css';
import './ui/base.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Problem } from './api/problem.ts';
import { queries } from './api/queries.ts';
import { consoleRouter } from './routes/router.tsx';
import { theme } from './ui/theme.ts';

const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      const ended = error instanceof Problem && error.status === 401 && query.queryKey[0] !== 'me';
      if (ended) void sessionEnded();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal will not change by asking again; a lost connection may.
      retry: (failures, error) =>
        failures < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
    },
  },
});

const router = consoleRouter(client);
/** Any answer may say that the session is over: back to the sign-in, and from there to this page. */
async function sessionEnded(): Promise<void> {
  const next = router.state.location.href;
  client.removeQueries({ queryKey: queries.me.queryKey });
  if (router.state.location.pathname !== '/sign-in') await router.navigate({ to: '/sign-in', search: { next } });
}

const colours = localStorageColorSchemeManager({ key: 'bridgewatch-colours' });

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colours}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
