import { Panel } from '../../ui/panel.tsx';
import { revealed } from '../../ui/reveal.ts';
import { When } from '../../ui/when.tsx';
import { shortId } from './figures.ts';
import classes from './models.module.css';
import type { Promotion } from './queries.ts';

/** Who put what in force, and why; the newest first. */
export function PromotionsPanel({ promotions }: { readonly promotions: readonly Promotion[] }) {
  return (
    <Panel id="promotions" title="Promotions" note="each is in the ledger">
      <ol className={classes.list} reversed>
        {promotions.map(({ seq, from, to, by, reason, at }) => (
          <li key={seq}>
            <When at={at} />: {from === null ? '' : `${shortId(from)} → `}
            <b>{shortId(to)}</b>, {by === null ? 'at the start' : revealed(by.name)}: {revealed(reason)}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
