import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { queries } from '../../api/queries.ts';
import { percent } from '../../ui/format.ts';
import { Untrusted } from '../../ui/untrusted.tsx';
import classes from './decide.module.css';

/** The way on once a finding is decided: the likeliest threat still open. */
export function NextFinding({ tenant, after }: { readonly tenant: string; readonly after: string }) {
  const open = useInfiniteQuery(queries.queue(tenant, 'open'));
  if (!open.data || open.isFetching) return null;
  const next = open.data.pages.flatMap((page) => page.items).find((item) => item.id !== after);
  if (!next) return <p className={classes.hint}>Nothing else is open.</p>;
  return (
    <Link
      to="/t/$tenant/findings/$finding"
      params={{ tenant, finding: next.id }}
      className={classes.next}
      data-testid="next-finding"
    >
      <span>Next{next.threatProbability !== null && `: ${percent(next.threatProbability)}`}</span>
      <Untrusted text={next.title} clip={90} expandable={false} />
    </Link>
  );
}
