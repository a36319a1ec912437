import type { Entity, FindingDocument, FindingEvent } from '../../api/model.ts';
import { inReadingOrder } from '../../ui/entity-order.ts';
import { duration, percent, words } from '../../ui/format.ts';
import { EntityChip, ProbabilityBar, SeverityMark, Verdict } from '../../ui/marks.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { Age, When } from '../../ui/when.tsx';
import classes from './claim.module.css';
import { processNames } from './process-names.ts';

const ENTITIES_SHOWN = 12;
const ENTITIES_LISTED = 300;

/** What is claimed, how likely it is, about whom and when. */
export function Claim({
  document,
  events,
}: {
  readonly document: FindingDocument;
  readonly events: readonly FindingEvent[];
}) {
  const { finding, status, determination, visibleAt } = document;
  const names = processNames(events);
  // Two records can name one process by different keys; a person sees it once.
  const labelled = new Map<string, { entity: Entity; name: string | undefined }>();
  for (const entity of inReadingOrder(finding.entities)) {
    const name = entity.kind === 'process' ? names.get(entity.value) : undefined;
    const label = `${entity.kind} ${name ?? entity.value}`;
    if (!labelled.has(label)) labelled.set(label, { entity, name });
  }
  const chips = [...labelled].map(([label, { entity, name }]) => (
    <EntityChip key={label} entity={entity} name={name} />
  ));
  const more = chips.length - ENTITIES_SHOWN;
  return (
    <header className={classes.claim}>
      <div className={classes.score}>
        {finding.threatProbability === null ? (
          <>
            <b>{document.blind === null ? 'No score' : 'Blind'}</b>
            <span>{document.blind === null ? 'opened by a person' : 'decide first'}</span>
          </>
        ) : (
          <>
            <b data-testid="probability">{percent(finding.threatProbability)}</b>
            <ProbabilityBar probability={finding.threatProbability} />
            <span>threat probability</span>
          </>
        )}
      </div>
      <div className={classes.claimText}>
        <h1>
          <Untrusted text={finding.title} clip={400} />
        </h1>
        <div className={classes.facts}>
          <SeverityMark severity={finding.severity} />
          <span>{words(finding.family)}</span>
          <span>
            activity <When at={finding.firstEventAt} />
            {finding.lastEventAt > finding.firstEventAt &&
              ` for ${duration(finding.lastEventAt - finding.firstEventAt)}`}
          </span>
          {status === 'open' ? (
            <span>
              waiting <Age at={visibleAt} />
            </span>
          ) : (
            determination && (
              <span>
                <Verdict verdict={determination.verdict} by="human" /> by{' '}
                <Untrusted text={determination.by.name} clip={60} />
              </span>
            )
          )}
          <span>revision {finding.revision}</span>
          <span className={classes.id} title={finding.id}>
            {finding.id.slice(0, 12)}
          </span>
        </div>
        <div className={classes.chips}>
          {chips.slice(0, ENTITIES_SHOWN)}
          {more > 0 && (
            <details className={classes.moreEntities}>
              <summary>{more} more entities</summary>
              <div className={classes.chips}>{chips.slice(ENTITIES_SHOWN, ENTITIES_LISTED)}</div>
            </details>
          )}
        </div>
        <p className={classes.techniques}>
          {finding.tactics.map(words).join(', ')}
          {finding.techniques.length > 0 && <span>{finding.techniques.join(' ')}</span>}
        </p>
      </div>
    </header>
  );
}
