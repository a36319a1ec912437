import { Button } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Problem, remedyFor } from '../../api/problem.ts';
import { queries, verifyLedger } from '../../api/queries.ts';
import { count } from '../../ui/format.ts';
import { LedgerTable } from '../../ui/ledger-table.tsx';
import { Empty, Failure, Loading } from '../../ui/page-state.tsx';
import { revealed } from '../../ui/reveal.ts';
import { useTitle } from '../../ui/use-title.ts';
import { When } from '../../ui/when.tsx';
import classes from './ledger.module.css';

/** Everything AI and people did, in order, and the proof that none of it was changed. */
export function LedgerPage({ tenant }: { readonly tenant: string }) {
  useTitle('Ledger');
  const entries = useInfiniteQuery(queries.ledger(tenant));
  const verification = useMutation({
    mutationFn: async () => ({ ...(await verifyLedger(tenant)), at: Date.now() }),
  });
  const items = entries.data?.pages.flatMap((page) => page.items) ?? [];
  const result = verification.data;
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <div>
          <h1>Ledger</h1>
          <p>
            What AI and people did, written before it took effect. Each entry carries the hash of the one before it; a
            changed or missing entry breaks the chain.
          </p>
        </div>
        <Button
          size="xs"
          leftSection={<IconShieldCheck size={15} stroke={1.8} />}
          loading={verification.isPending}
          onClick={() => verification.mutate()}
        >
          Verify the chain
        </Button>
      </div>
      <div role="status" aria-live="polite">
        {result?.ok && (
          <p className={classes.good} data-testid="ledger-verified">
            All {count(result.entries)} entries fit the chain. Recomputed from the store <When at={result.at} />.
          </p>
        )}
        {result && !result.ok && (
          <p className={classes.bad} data-testid="ledger-broken">
            The chain is broken
            {result.firstBad &&
              ` at ${result.firstBad.seq === null ? 'its end' : `entry ${result.firstBad.seq}`}: ${revealed(result.firstBad.why)}`}
            . Keep the data folder as it is, and compare it with a backup.
          </p>
        )}
        {verification.error && (
          <p className={classes.bad}>
            Not verified: {revealed(verification.error.message)} {remedyFor(verification.error)}
            {verification.error instanceof Problem && ` (${verification.error.code})`}
          </p>
        )}
      </div>
      <div className={classes.table}>
        {entries.isPending && <Loading what="the ledger" rows={10} height={24} />}
        {entries.isError && items.length === 0 && (
          <Failure what="The ledger" error={entries.error} retry={() => void entries.refetch()} />
        )}
        {entries.isSuccess && items.length === 0 && (
          <Empty title="The ledger is empty">The first entry is written when telemetry is first read.</Empty>
        )}
        {items.length > 0 && <LedgerTable items={items} badSeq={result?.firstBad?.seq ?? undefined} />}
      </div>
      {entries.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          mt="sm"
          loading={entries.isFetchingNextPage}
          onClick={() => void entries.fetchNextPage()}
        >
          Show more entries
        </Button>
      )}
    </div>
  );
}
