import { useQuery } from '@tanstack/react-query';
import { count } from '../../ui/format.ts';
import { Loading } from '../../ui/page-state.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import classes from './hunt.module.css';
import { type Asked, topQuery } from './queries.ts';
import { termFor } from './terms.ts';

/** The most frequent values of some fields; one pressed narrows the search to it. */
export function TopValues({
  tenant,
  asked,
  at,
  onTerm,
}: {
  readonly tenant: string;
  readonly asked: Asked;
  readonly at: number;
  readonly onTerm: (term: string) => void;
}) {
  const top = useQuery(topQuery(tenant, asked, at));
  if (top.isPending) return <Loading what="top values" rows={5} height={20} />;
  // The events beside say what is wrong with the question.
  if (top.isError) return <p className={classes.quiet}>None: see beside.</p>;
  return (
    <>
      {top.data.items.map(({ field, values }) => (
        <section key={field} className={classes.top}>
          <h3>{field}</h3>
          <ol>
            {values.map(({ value, events }) => (
              <li key={value ?? ''}>
                <button type="button" onClick={() => onTerm(termFor(field, value))} title="Look at these alone">
                  {value === null ? <i>says none</i> : <Untrusted text={value} clip={40} expandable={false} />}
                </button>
                <span>{count(events)}</span>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}
