import { Button } from '@mantine/core';
import { useState } from 'react';
import { count } from '../../ui/format.ts';
import { Untrusted } from '../../ui/untrusted.tsx';
import { Age, When } from '../../ui/when.tsx';
import { bytes } from './bytes.ts';
import { Health } from './health.tsx';
import type { Source, Health as SourceHealth } from './queries.ts';
import { doorNames } from './snippets.ts';
import classes from './sources.module.css';

interface SourceRowProps {
  readonly source: Source;
  /** Undefined for one that has never sent. */
  readonly health: SourceHealth | undefined;
  /** Absent for who may look only. */
  readonly manage: { rotate(): void; end(): void; endToken(token: string): void } | undefined;
}

/** One source, what came of it, and what may be done about it. */
export function SourceRow({ source, health, manage }: SourceRowProps) {
  const { id, name, door, counts, tokens, peers, fingerprints } = source;
  const rejected = Object.entries(counts?.rejected ?? {});
  const known = [...peers, ...fingerprints.map((each) => `${each.slice(0, 12)}…`)];
  return (
    <tr data-testid="source" data-id={id}>
      <td>
        <Untrusted text={name} clip={60} expandable={false} />
        <span className={classes.small}>
          <code>{id}</code>
          {known.length > 0 && ` from ${known.join(', ')}`}
        </span>
      </td>
      <td>{doorNames[door]}</td>
      <td>
        {counts?.lastSeenAt ? <Age at={counts.lastSeenAt} /> : <span className={classes.small}>not since start</span>}
      </td>
      <td className={classes.health}>
        <Health state={health} />
      </td>
      <td className={classes.number}>
        {health === undefined ? '' : count(Math.round(health.eventsPerMinute))}
        {health !== undefined && <span className={classes.small}>/min</span>}
      </td>
      <td className={classes.number}>
        {count(counts?.received ?? 0)}
        <span className={classes.small}>{bytes(counts?.bytes ?? 0)}</span>
      </td>
      <td className={classes.number}>
        {count(rejected.reduce((sum, [, records]) => sum + records, 0))}
        {rejected.map(([code, records]) => (
          <span key={code} className={classes.small}>
            {code} {count(records)}
          </span>
        ))}
        {(counts?.slowed ?? 0) > 0 && <span className={classes.small}>slowed {count(counts?.slowed ?? 0)}</span>}
      </td>
      <td>
        <ul className={classes.tokens}>
          {tokens.map((token) => (
            <li key={token.id} data-testid="source-token">
              <code>{token.prefix}…</code>{' '}
              <span className={classes.small}>
                since <When at={token.createdAt} format="day" />
              </span>
              {manage && tokens.length > 1 && (
                <Button size="compact-xs" variant="subtle" onClick={() => manage.endToken(token.id)}>
                  End this token
                </Button>
              )}
            </li>
          ))}
        </ul>
      </td>
      {manage && (
        <td className={classes.actions}>
          {tokens.length < 2 && (
            <Button size="compact-xs" variant="default" onClick={manage.rotate}>
              {tokens.length === 0 ? 'New token' : 'Rotate token'}
            </Button>
          )}
          <End id={id} onEnd={manage.end} />
        </td>
      )}
    </tr>
  );
}

/** The end of a source cannot be taken back: it takes a second word. */
function End({ id, onEnd }: { readonly id: string; readonly onEnd: () => void }) {
  const [asked, setAsked] = useState(false);
  if (!asked)
    return (
      <Button size="compact-xs" variant="default" onClick={() => setAsked(true)}>
        End
      </Button>
    );
  return (
    <span className={classes.sure}>
      End {id} for good?
      <Button size="compact-xs" color="red" onClick={onEnd}>
        Yes, end it
      </Button>
      <Button size="compact-xs" variant="default" onClick={() => setAsked(false)}>
        Keep it
      </Button>
    </span>
  );
}
