import { Link } from '@tanstack/react-router';
import { keyEntities, shortName } from '../../ui/entity-order.ts';
import { count, duration, percent, words } from '../../ui/format.ts';
import { EntityChip, ProbabilityBar, SeverityMark, Verdict } from '../../ui/marks.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { Age, When } from '../../ui/when.tsx';
import classes from './queue.module.css';
import type { HeldRow } from './use-held-queue.ts';

const ENTITIES_SHOWN = 4;
const TECHNIQUES_SHOWN = 4;

interface QueueRowProps {
  readonly tenant: string;
  readonly row: HeldRow;
  readonly rank: number;
}

/** One finding: how likely, what is claimed, about whom, what the AI proposes, how long it has waited. */
export function QueueRow({ tenant, row, rank }: QueueRowProps) {
  const { item, gone } = row;
  const entities = keyEntities(item.entities);
  const moreEntities = entities.length - ENTITIES_SHOWN;
  const moreTechniques = item.techniques.length - TECHNIQUES_SHOWN;
  return (
    <li data-testid="queue-row" data-finding={item.id} data-gone={gone}>
      <Link data-row to="/t/$tenant/findings/$finding" params={{ tenant, finding: item.id }} className={classes.row}>
        <span className={classes.rank}>{rank}</span>
        <span className={classes.probability}>
          {item.threatProbability === null ? (
            <b>{item.openedBy ? 'No score' : 'Blind'}</b>
          ) : (
            <>
              <b>{percent(item.threatProbability)}</b>
              <ProbabilityBar probability={item.threatProbability} />
            </>
          )}
          <SeverityMark severity={item.severity} />
        </span>
        <span className={classes.claim}>
          <span className={classes.title}>
            <Untrusted text={item.title} clip={220} expandable={false} />
          </span>
          <span className={classes.about}>
            {entities.slice(0, ENTITIES_SHOWN).map((entity) => (
              <EntityChip key={`${entity.kind} ${entity.value}`} entity={entity} name={shortName(entity)} />
            ))}
            {moreEntities > 0 && <span className={classes.more}>+{moreEntities}</span>}
            <span className={classes.family}>{words(item.family)}</span>
            <span className={classes.techniques}>
              {item.techniques.slice(0, TECHNIQUES_SHOWN).join(' ')}
              {moreTechniques > 0 && ` +${moreTechniques}`}
            </span>
          </span>
        </span>
        <span className={classes.verdicts}>
          {item.recommendation === null ? (
            <small>{item.openedBy ? 'opened by a person' : 'decide first'}</small>
          ) : (
            <Verdict verdict={item.recommendation} by="ai" />
          )}
          {item.determination && <Verdict verdict={item.determination.verdict} by="human" />}
        </span>
        <span className={classes.number}>{count(item.detections)}</span>
        <span className={classes.activity}>
          <When at={item.firstEventAt} format="minute" />
          {item.lastEventAt > item.firstEventAt && <small>for {duration(item.lastEventAt - item.firstEventAt)}</small>}
        </span>
        <span className={classes.activity}>
          {item.determination ? (
            <>
              in {duration(item.determination.at - item.visibleAt)}
              <small>
                <Untrusted text={item.determination.by.name} clip={40} expandable={false} />
              </small>
            </>
          ) : (
            <>
              <Age at={item.visibleAt} />
              {gone && <small>no longer here</small>}
            </>
          )}
        </span>
      </Link>
    </li>
  );
}
