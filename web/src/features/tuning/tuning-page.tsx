import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Empty, Failure, Loading } from '../../ui/page-state.tsx';
import { Refused } from '../../ui/refused.tsx';
import { revealed } from '../../ui/reveal.ts';
import { useTitle } from '../../ui/use-title.ts';
import { ProposalPanel } from './proposal.tsx';
import { look, type Proposal, tuningQuery } from './queries.ts';
import classes from './tuning.module.css';

interface TuningPageProps {
  readonly tenant: string;
  readonly mayAccept: boolean;
  readonly mayWithdraw: boolean;
}

const order: readonly Proposal['standing'][] = ['in force', 'shadow', 'expired', 'lifted', 'declined'];

/** Filters for what people keep calling false: proved, in shadow until a lead accepts them, and lifted at any time. */
export function TuningPage({ tenant, mayAccept, mayWithdraw }: TuningPageProps) {
  useTitle('Tuning');
  const client = useQueryClient();
  const tuning = useQuery(tuningQuery(tenant));
  const search = useMutation({
    mutationFn: () => look(tenant),
    onSettled: () => client.invalidateQueries({ queryKey: ['tuning', tenant] }),
  });
  const items = (tuning.data?.items ?? []).toSorted(
    (a, b) =>
      order.indexOf(a.standing) - order.indexOf(b.standing) ||
      a.rule.title.localeCompare(b.rule.title) ||
      a.rank - b.rank,
  );
  return (
    <div className={classes.page}>
      <div>
        <h1>Tuning</h1>
        <p className={classes.lead}>
          When people keep calling findings of one rule false, Bridgewatch proposes the narrowest filter that removes
          them and proves that every known threat still fires. A proposal only counts until a lead accepts it; what an
          accepted one hides stays a detection, and is lifted by anybody who decides on findings.
        </p>
        {mayAccept && (
          <Button size="xs" variant="default" mt={8} loading={search.isPending} onClick={() => search.mutate()}>
            Look for filters now
          </Button>
        )}
      </div>
      <Refused error={search.error} />
      {search.data !== undefined && (
        <div role="status" className={classes.quiet}>
          {search.data.items.length === 0
            ? 'Nothing new to propose.'
            : `${search.data.items.length} proposed or proved again.`}
          <ul>
            {search.data.refused.map(({ rule, message }) => (
              <li key={rule}>{revealed(message)}</li>
            ))}
          </ul>
        </div>
      )}
      {tuning.isPending && <Loading what="proposals" />}
      {tuning.isError && <Failure what="The proposals" error={tuning.error} retry={() => void tuning.refetch()} />}
      {tuning.isSuccess && items.length === 0 && (
        <Empty title="Nothing is proposed">
          It takes three findings of one rule alone that people determined false positive or benign.
        </Empty>
      )}
      {items.map((proposal) => (
        <ProposalPanel
          key={proposal.id}
          tenant={tenant}
          proposal={proposal}
          mayAccept={mayAccept}
          mayWithdraw={mayWithdraw}
        />
      ))}
    </div>
  );
}
