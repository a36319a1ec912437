import type { Finding, Step } from '../../api/model.ts';
import { signed } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { EvidenceLink } from './evidence-context.tsx';
import classes from './finding.module.css';

function StepItem({ step }: { readonly step: Step }) {
  const { logOdds } = step;
  const tone = logOdds === null || logOdds === 0 ? 'still' : logOdds > 0 ? 'raise' : 'lower';
  return (
    <li className={classes.step}>
      <div className={classes.stepText}>
        <p className={classes.question}>
          <Untrusted text={step.question} />
        </p>
        <p>
          <Untrusted text={step.answer} clip={600} />
        </p>
        <details className={classes.query}>
          <summary>
            {step.tool} <span>query</span>
          </summary>
          <pre>
            <Untrusted block text={JSON.stringify(step.query, null, 2)} clip={4000} />
          </pre>
        </details>
      </div>
      <div className={classes.stepWeight}>
        {logOdds !== null && <span data-tone={tone}>{signed(logOdds)}</span>}
        <EvidenceLink ids={step.evidence} title={step.question} />
      </div>
    </li>
  );
}

/** What was asked of the telemetry, what it answered, and the query to ask again. */
export function InvestigationPanel({ finding }: { readonly finding: Finding }) {
  const { playbook, steps, openQuestions } = finding.investigation;
  return (
    <Panel
      id="investigation"
      title="Investigation"
      flush
      note={
        <span>
          playbook <Untrusted mono text={playbook} />, {steps.length} step{steps.length === 1 ? '' : 's'}
        </span>
      }
    >
      <ol className={classes.steps}>
        {steps.map((step, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps of one revision never move.
          <StepItem key={place} step={step} />
        ))}
      </ol>
      {openQuestions.length > 0 && (
        <div className={classes.open}>
          <h3>Open questions</h3>
          <ul>
            {openQuestions.map((question, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list of sentences of one revision.
              <li key={place}>
                <Untrusted text={question} clip={320} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Panel>
  );
}
