import { ActionIcon, Menu, NativeSelect, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconLogout, IconMoon, IconSun, IconUserCircle, IconUserCog } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, Outlet, useNavigate } from '@tanstack/react-router';
import { type Connection, useLive } from '../api/live.ts';
import { remedyFor } from '../api/problem.ts';
import { queries } from '../api/queries.ts';
import { signOut } from '../api/session.ts';
import { Mark } from '../ui/mark.tsx';
import { revealed } from '../ui/reveal.ts';
import classes from './shell.module.css';

const tenantRoute = getRouteApi('/signed-in/t/$tenant');

const connectionWords: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Reconnecting: figures may be old',
};

function Activity({ tenant, connection }: { readonly tenant: string; readonly connection: Connection }) {
  const { data } = useQuery(queries.summary(tenant));
  const reading = data?.ingest.state === 'running';
  const file = data?.ingest.file === undefined ? '' : ` ${revealed(data.ingest.file.split(/[\\/]/).at(-1) ?? '')}`;
  return (
    <span className={classes.activity} role="status" data-connection={connection} data-reading={reading}>
      <span className={classes.dot} aria-hidden="true" />
      <span className={classes.activityText}>
        {connection === 'live' && reading ? `Reading${file}` : connectionWords[connection]}
      </span>
    </span>
  );
}

function ColourSchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={`Use ${other} colours`} onClick={() => setColorScheme(other)}>
      {scheme === 'dark' ? <IconSun size={17} stroke={1.7} /> : <IconMoon size={17} stroke={1.7} />}
    </ActionIcon>
  );
}

function AccountMenu() {
  const { me, membership } = tenantRoute.useRouteContext();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      client.clear();
      await navigate({ to: '/sign-in', search: { next: '/' } });
    },
  });
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <button type="button" className={classes.account} aria-label={`Account: ${me.user.name}`}>
          <IconUserCircle size={18} stroke={1.6} />
          <span className={classes.accountName}>{me.user.name}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.user.email}
          <br />
          {membership.role} at {membership.name}
        </Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<IconUserCog size={15} />}>
          Your account
        </Menu.Item>
        <Menu.Item closeMenuOnClick={false} leftSection={<IconLogout size={15} />} onClick={() => leave.mutate()}>
          Sign out
        </Menu.Item>
        {leave.error && (
          <Menu.Label role="alert" c="red">
            You are still signed in. {remedyFor(leave.error)}
          </Menu.Label>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The frame around every page of a tenant: where you are, who you are, whether what you see is current. */
export function Shell() {
  const { tenant } = tenantRoute.useParams();
  const { me, membership } = tenantRoute.useRouteContext();
  const navigate = useNavigate();
  const connection = useLive(tenant);
  return (
    <>
      <a className={classes.skip} href="#content">
        Skip to content
      </a>
      <header className={classes.top}>
        <Link to="/" className={classes.brand} aria-label="Bridgewatch: queue">
          <Mark />
          <span>Bridgewatch</span>
        </Link>
        <nav aria-label="Main" className={classes.nav}>
          <Link
            to="/t/$tenant/queue"
            params={{ tenant }}
            search={{ status: 'open' }}
            activeOptions={{ includeSearch: false }}
          >
            Queue
          </Link>
          {membership.role !== 'viewer' && membership.role !== 'customer' && (
            <Link to="/t/$tenant/hunt" params={{ tenant }}>
              Hunt
            </Link>
          )}
          <Link to="/t/$tenant/actions" params={{ tenant }}>
            Actions
          </Link>
          <Link to="/t/$tenant/autonomy" params={{ tenant }}>
            Autonomy
          </Link>
          <Link to="/t/$tenant/models" params={{ tenant }}>
            Models
          </Link>
          <Link to="/t/$tenant/tuning" params={{ tenant }}>
            Tuning
          </Link>
          <Link to="/t/$tenant/context" params={{ tenant }}>
            Context
          </Link>
          <Link to="/t/$tenant/sources" params={{ tenant }}>
            Sources
          </Link>
          <Link to="/t/$tenant/ledger" params={{ tenant }}>
            Ledger
          </Link>
        </nav>
        <div className={classes.right}>
          <Activity tenant={tenant} connection={connection} />
          {me.tenants.length > 1 ? (
            <NativeSelect
              size="xs"
              aria-label="Organisation"
              value={tenant}
              data={me.tenants.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={(event) =>
                void navigate({
                  to: '/t/$tenant/queue',
                  params: { tenant: event.currentTarget.value },
                  search: { status: 'open' },
                })
              }
            />
          ) : (
            <span className={classes.tenant}>{membership.name}</span>
          )}
          <ColourSchemeButton />
          <AccountMenu />
        </div>
      </header>
      <main id="content" className={classes.content} tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}
