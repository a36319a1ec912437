import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { LedgerItem } from '../api/model.ts';
import classes from './ledger-table.module.css';
import { Untrusted } from './untrusted.tsx';
import { When } from './when.tsx';

function Subject({ entry }: { readonly entry: LedgerItem['entry'] }) {
  const { kind, id } = entry.subject;
  const short = <Untrusted mono text={id} clip={16} expandable={false} />;
  if (kind !== 'finding')
    return (
      <>
        {kind} {short}
      </>
    );
  return (
    <Link to="/t/$tenant/findings/$finding" params={{ tenant: entry.tenant, finding: id }} preload={false}>
      finding {short}
    </Link>
  );
}

function Row({ item, bad }: { readonly item: LedgerItem; readonly bad: boolean }) {
  const [open, setOpen] = useState(false);
  const { entry } = item;
  return (
    <>
      <tr data-testid="ledger-row" data-bad={bad} data-open={open}>
        <td className={classes.seq}>
          <button
            type="button"
            aria-expanded={open}
            aria-label={`Entry ${entry.seq}: ${open ? 'hide' : 'show'} details`}
            onClick={() => setOpen(!open)}
          >
            {open ? '▾' : '▸'} {entry.seq}
          </button>
        </td>
        <td className={classes.nowrap}>
          <When at={Date.parse(entry.at)} />
        </td>
        <td data-actor={entry.actor.kind}>
          <span className={classes.actor}>{entry.actor.kind}</span> <Untrusted text={entry.actor.id} clip={48} />
        </td>
        <td>
          <Untrusted text={entry.type} clip={60} />
        </td>
        <td>
          <Subject entry={entry} />
          {entry.subject.revision !== null && ` r${entry.subject.revision}`}
        </td>
        <td className={classes.hash} title={item.hash}>
          {item.hash.slice(0, 12)}
        </td>
      </tr>
      {open && (
        <tr className={classes.details}>
          <td colSpan={6}>
            <dl>
              <dt>hash</dt>
              <dd>{item.hash}</dd>
              <dt>previous</dt>
              <dd>{entry.prev}</dd>
              <dt>payload hash</dt>
              <dd>{entry.payloadHash}</dd>
              <dt>subject</dt>
              <dd>
                <Untrusted text={entry.subject.id} />
              </dd>
              {entry.actor.version !== '' && (
                <>
                  <dt>version</dt>
                  <dd>
                    <Untrusted text={entry.actor.version} />
                  </dd>
                </>
              )}
              {entry.onBehalfOf !== null && (
                <>
                  <dt>on behalf of</dt>
                  <dd>
                    <Untrusted text={entry.onBehalfOf} />
                  </dd>
                </>
              )}
            </dl>
            <pre>
              <Untrusted block text={JSON.stringify(item.payload, null, 2) ?? 'no payload'} clip={6000} />
            </pre>
          </td>
        </tr>
      )}
    </>
  );
}

/** Ledger entries as a table; each opens to its hashes and payload. */
export function LedgerTable({
  items,
  badSeq,
}: {
  readonly items: readonly LedgerItem[];
  readonly badSeq?: number | undefined;
}) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Entry</th>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">On</th>
            <th scope="col">Hash</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={item.entry.seq} item={item} bad={item.entry.seq === badSeq} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
