import type { FindingDocument } from '../../api/model.ts';
import { Panel } from '../../ui/panel.tsx';
import { revealed } from '../../ui/reveal.ts';
import classes from '../sources/sources.module.css';

const parts = [
  ['stake', 'What is at stake'],
  ['urgency', 'How soon'],
  ['expectedLoss', 'Expected loss'],
] as const;

/** Why it stands where it stands in the queue; nothing while the AI's opinion is withheld. */
export function RankPanel({ finding }: { readonly finding: FindingDocument['finding'] }) {
  const { rank } = finding;
  if (rank === undefined) return null;
  return (
    <Panel id="rank" title="Place in the queue" note="probability x stake x urgency">
      <dl className={classes.facts} data-testid="rank">
        {parts.map(([part, label]) => (
          <div key={part}>
            <dt>{label}</dt>
            <dd>
              <b>{rank[part].value.toFixed(3)}</b>
              <span>{revealed(rank[part].text)}</span>
            </dd>
          </div>
        ))}
      </dl>
      {finding.sampled !== undefined && (
        <p className={classes.quiet}>
          Drawn at random from below the line, with probability {finding.sampled.share.toFixed(3)}.
        </p>
      )}
    </Panel>
  );
}
