import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FindingDocument } from '../../api/model.ts';
import { Problem } from '../../api/problem.ts';
import { refreshAfterDecision } from '../../api/queries.ts';
import { Panel } from '../../ui/panel.tsx';
import classes from './decide.module.css';
import { DeterminationForm } from './determination-form.tsx';
import { ExpectedOffer } from './expected-offer.tsx';
import { InForce } from './in-force.tsx';
import { LessonPanel } from './lesson-panel.tsx';
import { NextFinding } from './next-finding.tsx';
import type { Reviewer } from './reviewer.ts';

interface DecidePanelProps {
  readonly tenant: string;
  readonly document: FindingDocument;
  readonly reviewer: Reviewer;
}

/** Where a person answers for the finding: bound to the revision they read. */
export function DecidePanel({ tenant, document, reviewer }: DecidePanelProps) {
  const { finding, status, determination, etag } = document;
  const client = useQueryClient();
  const [movedOn, setMovedOn] = useState<'claim' | 'review' | null>(null);
  const refresh = () => refreshAfterDecision(client, tenant, finding.id);
  const onDone = async () => {
    setMovedOn(null);
    await refresh();
  };
  const onError = async (error: Error) => {
    const stale = error instanceof Problem && error.status === 412;
    setMovedOn(stale ? (error.code === 'FINDING_REVIEWED_SINCE' ? 'review' : 'claim') : null);
    if (stale) await refresh();
  };
  return (
    <Panel id="decide" title={status === 'open' ? 'Decide' : 'Decided'} note={`revision ${finding.revision}`}>
      {movedOn && (
        <p role="alert" className={classes.moved}>
          {movedOn === 'claim'
            ? `The finding moved on to revision ${finding.revision}; review and decide again.`
            : 'Somebody else has decided meanwhile; review and decide again.'}
        </p>
      )}
      {status === 'determined' && determination ? (
        <>
          <InForce
            tenant={tenant}
            document={document}
            determination={determination}
            mayWrite={reviewer.role !== 'viewer'}
            onDone={onDone}
            onError={onError}
          />
          <LessonPanel tenant={tenant} id={finding.id} determination={determination.id} />
          {determination.verdict === 'benign' && reviewer.role !== 'viewer' && (
            <ExpectedOffer tenant={tenant} finding={finding.id} />
          )}
          <NextFinding tenant={tenant} after={finding.id} />
        </>
      ) : (
        <DeterminationForm
          tenant={tenant}
          finding={finding}
          etag={etag}
          reviewer={reviewer}
          onDone={onDone}
          onError={onError}
        />
      )}
    </Panel>
  );
}
