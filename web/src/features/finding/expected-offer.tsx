import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Refused } from '../../ui/refused.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import { scopeInWords } from '../context/fact-words.ts';
import { draftsQuery, sayFact } from '../context/queries.ts';
import classes from './decide.module.css';

/** After `benign`: what was seen may be said to be expected from now on, by whoever is asked, or not. */
export function ExpectedOffer({ tenant, finding }: { readonly tenant: string; readonly finding: string }) {
  const drafts = useQuery(draftsQuery(tenant, finding));
  const [said, setSaid] = useState<ReadonlySet<number>>(new Set());
  const say = useMutation({
    mutationFn: async (place: number) => {
      const draft = drafts.data?.items[place];
      if (draft !== undefined) await sayFact(tenant, { ...draft, owner: '' });
      return place;
    },
    onSuccess: (place) => setSaid(new Set([...said, place])),
  });
  const items = drafts.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-label="Expected from now on?" data-testid="expected-offer">
      <p className={classes.hint}>Is this to be expected from now on? It would lower such findings, and hide none.</p>
      {items.map((draft, place) => (
        <p key={`${draft.entity.kind} ${draft.entity.value}`} className={classes.hint}>
          <b>
            <Untrusted text={draft.entity.value} clip={80} expandable={false} />
          </b>
          : <Untrusted text={scopeInWords(draft.body).join('; ')} clip={300} />, until{' '}
          <When at={draft.until} format="day" />
          <br />
          {said.has(place) ? (
            'Said; it is listed under Context.'
          ) : (
            <Button size="compact-xs" variant="default" loading={say.isPending} onClick={() => say.mutate(place)}>
              Yes, I say so
            </Button>
          )}
        </p>
      ))}
      <Refused error={say.error} />
    </section>
  );
}
