import { signed } from '../../ui/format.ts';
import { Verdict } from '../../ui/marks.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { type Contribution, contributionsOf } from './contributions.ts';
import { EvidenceLink } from './evidence-context.tsx';
import classes from './finding.module.css';
import type { Assessed } from './opinion.ts';

/** The contribution a reason speaks of: the one it quotes. The longest, where several are quoted. */
function contributionBehind(reason: string, contributions: readonly Contribution[]): Contribution | undefined {
  return contributions
    .filter(({ part, text }) => part !== 'base' && text !== '' && (reason.includes(text) || text.includes(reason)))
    .sort((a, b) => b.text.length - a.text.length)[0];
}

function Reasons({
  title,
  tone,
  reasons,
  contributions,
  none,
}: {
  readonly title: string;
  readonly tone: 'raise' | 'lower';
  readonly reasons: readonly string[];
  readonly contributions: readonly Contribution[];
  readonly none: string;
}) {
  return (
    <div className={classes.reasons} data-tone={tone}>
      <h3>{title}</h3>
      {reasons.length === 0 && <p className={classes.muted}>{none}</p>}
      <ul>
        {reasons.map((reason, place) => {
          const behind = contributionBehind(reason, contributions);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list of sentences of one revision.
            <li key={place}>
              <Untrusted text={reason} clip={320} />{' '}
              {behind && (
                <span className={classes.weight}>
                  {signed(behind.logOdds)} <EvidenceLink ids={behind.evidence} title={reason} />
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** What the AI proposes and why, for and against, with what it did not look at. Never a determination. */
export function RecommendationPanel({ finding }: { readonly finding: Assessed }) {
  const { recommendation } = finding;
  const contributions = contributionsOf(finding);
  return (
    <Panel
      id="assessment"
      title="AI assessment"
      note={
        <>
          recommends <Verdict verdict={recommendation.disposition} by="ai" /> A proposal; a person decides.
        </>
      }
    >
      <div className={classes.forAgainst}>
        <Reasons
          title="Points to a threat"
          tone="raise"
          reasons={recommendation.for}
          contributions={contributions}
          none="Nothing was found that points to a threat."
        />
        <Reasons
          title="Points away from one"
          tone="lower"
          reasons={recommendation.against}
          contributions={contributions}
          none="Nothing was found that points away from a threat."
        />
        <div className={classes.reasons}>
          <h3>Not checked</h3>
          {recommendation.notChecked.length === 0 && <p className={classes.muted}>The playbook left nothing open.</p>}
          <ul>
            {recommendation.notChecked.map((gap, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list of sentences of one revision.
              <li key={place}>
                <Untrusted text={gap} clip={320} />
              </li>
            ))}
          </ul>
        </div>
      </div>
    </Panel>
  );
}
