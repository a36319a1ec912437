import { Panel } from '../../ui/panel.tsx';
import { revealed } from '../../ui/reveal.ts';
import { When } from '../../ui/when.tsx';
import { ChangeForm } from './change-form.tsx';
import { many, shortId } from './figures.ts';
import classes from './models.module.css';
import { goBack, type Promotion, type Version } from './queries.ts';

interface ChampionPanelProps {
  readonly tenant: string;
  readonly champion: Version;
  readonly promotions: readonly Promotion[];
  readonly mayPromote: boolean;
  readonly onDone: () => Promise<void>;
}

/** What scores now, by whose word, and the way back. */
export function ChampionPanel({ tenant, champion, promotions, mayPromote, onDone }: ChampionPanelProps) {
  const [last] = promotions;
  const before = last?.from ?? null;
  return (
    <Panel id="champion" title="Champion" note={`version ${shortId(champion.id)}`}>
      <dl className={classes.facts}>
        <dt>Made of</dt>
        <dd>
          {champion.origin === 'hand_set'
            ? 'the hand-set weights; nothing learned'
            : `${many(champion.trainedOn.examples, 'verdict')}; threats among them: ${champion.trainedOn.threats}`}
        </dd>
        {last !== undefined && (
          <>
            <dt>In force since</dt>
            <dd>
              <When at={last.at} />, {last.by === null ? 'at the start' : `by ${revealed(last.by.name)}`}:{' '}
              {revealed(last.reason)}
            </dd>
          </>
        )}
      </dl>
      {mayPromote && before !== null && (
        <ChangeForm
          label="Back to the one before…"
          title={`Version ${shortId(before)} scores again; grants earned under this one end`}
          confirm="Put it back"
          change={(reason) => goBack(tenant, { from: champion.id, reason })}
          onDone={onDone}
        />
      )}
    </Panel>
  );
}
