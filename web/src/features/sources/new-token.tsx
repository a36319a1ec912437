import { Button } from '@mantine/core';
import { Panel } from '../../ui/panel.tsx';
import { type Door, doorNames, reachableDoor, snippetFor } from './snippets.ts';
import classes from './sources.module.css';

/** A token that was just made, and where it goes. */
export interface ShownToken {
  readonly id: string;
  readonly door: Door;
  readonly token: string;
}

/** A rotation is asked for far down a long table. */
const intoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' });

interface NewTokenProps {
  readonly shown: ShownToken;
  /** Where HTTP doors listen, as the server says; null where it does not. */
  readonly url: string | null;
  readonly onDone: () => void;
}

/** The one time that a token is seen, with what to tell the shipper. */
export function NewToken({ shown, url, onDone }: NewTokenProps) {
  const { id, door, token } = shown;
  const host = window.location.hostname;
  const snippet = snippetFor(door, { host, id, token, url: url === null ? undefined : reachableDoor(url, host) });
  return (
    <div ref={intoView}>
      <Panel id="new-token" title={`Token of ${id}`} note="Copy it now; it is not shown again.">
        <div role="status">
          <code className={classes.secret} data-testid="new-source-token">
            {token}
          </code>
        </div>
        <p className={classes.quiet}>
          For {doorNames[door]}, such as this.
          {snippet.includes('<port>') && (
            <>
              {' '}
              Put the port that the server takes telemetry on where it says <code>&lt;port&gt;</code>.
            </>
          )}{' '}
          docs/ingest.md has other shippers.
        </p>
        <pre className={classes.snippet} data-testid="snippet">
          {snippet}
        </pre>
        <Button size="xs" variant="default" onClick={onDone}>
          I have it
        </Button>
      </Panel>
    </div>
  );
}
