import { Fragment, useState } from 'react';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import classes from './hunt.module.css';
import type { FoundRow } from './queries.ts';

const shown = ['host', 'user', 'kind', 'process_name'] as const;
/** What an event did, in the order in which it says most. */
const did = [
  'command_line',
  'domain',
  'remote_address',
  'file',
  'registry_key',
  'object',
  'resource',
  'action',
] as const;
const hidden = new Set(['id', 'time', 'raw']);

/** Events found, newest first; one pressed shows all it says, and its record as received. */
export function FoundTable({ rows }: { readonly rows: readonly FoundRow[] }) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Host</th>
            <th scope="col">User</th>
            <th scope="col">Kind</th>
            <th scope="col">Process</th>
            <th scope="col">What</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Fragment key={row.id}>
              <tr data-testid="event" data-id={row.id}>
                <td className={classes.time}>
                  <button
                    type="button"
                    aria-expanded={open === row.id}
                    onClick={() => setOpen(open === row.id ? null : row.id)}
                  >
                    <When at={row.time} />
                  </button>
                </td>
                {shown.map((name) => (
                  <td key={name}>
                    <Untrusted text={text(row.columns[name])} clip={60} expandable={false} />
                  </td>
                ))}
                <td className={classes.what}>
                  <Untrusted
                    mono
                    text={text(did.map((name) => row.columns[name]).find((value) => value !== null))}
                    clip={160}
                  />
                </td>
              </tr>
              {open === row.id && (
                <tr>
                  <td colSpan={6} className={classes.record} data-testid="record">
                    <Record row={row} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Record({ row }: { readonly row: FoundRow }) {
  const said = Object.entries(row.columns).filter(([name, value]) => !hidden.has(name) && value !== null);
  return (
    <>
      <dl>
        {said.map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              <Untrusted text={text(value)} />
            </dd>
          </Fragment>
        ))}
      </dl>
      <pre>
        {row.raw === null ? (
          'The record itself was given up to save room.'
        ) : (
          <Untrusted block text={row.raw} clip={20_000} />
        )}
      </pre>
      <p>event {row.id}</p>
    </>
  );
}

function text(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
