import { Button, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { count, percent } from '../../ui/format.ts';
import { Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import classes from '../sources/sources.module.css';
import { belowQuery } from './queries.ts';

const whyWords = { floor: 'less likely than the floor', capacity: 'others of that day had more to lose' } as const;

/** What was not put before a person: searchable, sampled, and not known to be harmless. */
export function BelowPanel({ tenant }: { readonly tenant: string }) {
  const [text, setText] = useState('');
  const below = useInfiniteQuery(belowQuery(tenant, text.trim()));
  const first = below.data?.pages[0];
  const items = below.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel id="below-the-line" title="Below the line" note={first === undefined ? '' : count(first.total)}>
      <p className={classes.quiet}>
        Stories of the last 30 days that nobody was asked to look at. Nobody knows that they are harmless: some of each
        day are drawn at random and put into the queue, to be decided blind.
      </p>
      {first !== undefined && (
        <p className={classes.quiet} data-testid="sampled">
          Drawn: {first.sampled.drawn}, decided: {first.sampled.decided}, threats among them: {first.sampled.threats}
          {first.sampled.estimatedThreats !== null &&
            `, which stand for about ${first.sampled.estimatedThreats.toFixed(1)} in all that was below the line`}
          {first.sampled.lost > 0 && `; ${first.sampled.lost} could not be shown any more`}
        </p>
      )}
      <TextInput
        label="Search"
        description="Titles, hosts, accounts and detectors"
        maxLength={200}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {below.isPending && <Loading what="stories" rows={3} />}
      {below.isError && <Failure what="The list" error={below.error} retry={() => void below.refetch()} />}
      {below.isSuccess && items.length === 0 && <p className={classes.quiet}>Nothing is listed.</p>}
      {items.length > 0 && (
        <div className={classes.scroll}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Story</th>
                <th scope="col" className={classes.number}>
                  Probability
                </th>
                <th scope="col" className={classes.number}>
                  Expected loss
                </th>
                <th scope="col">Why below</th>
                <th scope="col">Activity</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.id} data-testid="below">
                  <td>
                    <Untrusted text={item.title} clip={200} expandable={false} />
                  </td>
                  <td className={classes.number}>{percent(item.probability)}</td>
                  <td className={classes.number}>{item.expectedLoss.toFixed(3)}</td>
                  <td>{whyWords[item.why]}</td>
                  <td>
                    <When at={item.lastEventAt} format="minute" />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {below.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          loading={below.isFetchingNextPage}
          onClick={() => void below.fetchNextPage()}
        >
          More
        </Button>
      )}
    </Panel>
  );
}
