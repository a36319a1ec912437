import { useQuery } from '@tanstack/react-query';
import type { Determination } from '../../api/model.ts';
import { queries } from '../../api/queries.ts';
import { LedgerTable } from '../../ui/ledger-table.tsx';
import { Verdict } from '../../ui/marks.tsx';
import { Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import classes from './finding.module.css';

/** Every determination ever given on this finding, the one in force and those it replaced. */
export function HistoryPanel({ history }: { readonly history: readonly Determination[] }) {
  if (history.length === 0) return null;
  return (
    <Panel
      id="history"
      title="Determinations"
      flush
      note="Nothing is overwritten: a reversal is added below what it reverses."
    >
      <ol className={classes.plain}>
        {history.map((entry) => (
          <li key={entry.id} className={classes.historyItem} data-held={entry.supersededAt === null}>
            <Verdict verdict={entry.verdict} by="human" />
            <span>
              <b>
                <Untrusted text={entry.by.name} clip={80} />
              </b>{' '}
              <When at={entry.at} />, on revision {entry.revision}: {entry.reason}
              {entry.note !== '' && (
                <span className={classes.note}>
                  <Untrusted text={entry.note} clip={400} />
                </span>
              )}
              {entry.supersededAt !== null && (
                <span className={classes.muted}>
                  no longer in force since <When at={entry.supersededAt} />
                </span>
              )}
            </span>
            <span className={classes.muted}>
              {entry.recommended === null ? (
                'not surfaced by the AI'
              ) : (
                <>
                  {entry.blind ? 'blind; AI had said' : 'AI recommended'}{' '}
                  <Verdict verdict={entry.recommended} by="ai" />
                </>
              )}
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** The finding's entries in the append-only ledger. */
export function FindingLedgerPanel({ tenant, id }: { readonly tenant: string; readonly id: string }) {
  const entries = useQuery(queries.findingLedger(tenant, id));
  return (
    <Panel id="ledger" title="Ledger entries of this finding" flush note="append-only, each chained to the one before">
      {entries.isPending && <Loading what="ledger entries" rows={2} height={24} />}
      {entries.isError && <Failure what="The ledger" error={entries.error} retry={() => void entries.refetch()} />}
      {entries.data && <LedgerTable items={entries.data.items} />}
    </Panel>
  );
}
