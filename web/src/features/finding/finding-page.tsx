import { Button, Kbd } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useAnnouncedRevision } from '../../api/live.ts';
import type { Finding, FindingDocument } from '../../api/model.ts';
import { acknowledge, queries } from '../../api/queries.ts';
import { Failure, Loading } from '../../ui/page-state.tsx';
import { useShortcuts } from '../../ui/use-shortcuts.ts';
import { useTitle } from '../../ui/use-title.ts';
import { ActionsPanel } from './actions-panel.tsx';
import { BlindPanel } from './blind-panel.tsx';
import { Claim } from './claim.tsx';
import { DecidePanel } from './decide-panel.tsx';
import { DetectionsPanel } from './detections-panel.tsx';
import { EvidenceContext } from './evidence-context.tsx';
import { type Evidence, EvidenceDrawer } from './evidence-drawer.tsx';
import classes from './finding.module.css';
import { InvestigationPanel } from './investigation-panel.tsx';
import { assessed } from './opinion.ts';
import { ProbabilityPanel } from './probability-panel.tsx';
import { ProcessTreePanel } from './process-tree-panel.tsx';
import { RankPanel } from './rank-panel.tsx';
import { RecommendationPanel } from './recommendation-panel.tsx';
import { FindingLedgerPanel, HistoryPanel } from './record-panel.tsx';
import type { Reviewer } from './reviewer.ts';
import { TimelinePanel } from './timeline-panel.tsx';

/** Raw events fetched with a finding. What claims rest on comes first, so a cut takes only bystanders. */
const EVENTS_FETCHED = 1000;

function eventIdsOf(finding: Finding): readonly string[] {
  const claims = [...finding.reasons, ...finding.investigation.steps].flatMap(({ evidence }) => evidence);
  const detected = finding.detections.flatMap(({ events }) => events);
  return [...new Set([...detected, ...claims, ...finding.events])];
}

interface FindingPageProps {
  readonly tenant: string;
  readonly id: string;
  readonly reviewer: Reviewer;
}

export function FindingPage({ tenant, id, reviewer }: FindingPageProps) {
  const document = useQuery(queries.finding(tenant, id));
  useTitle(document.data?.finding.title ?? 'Finding');
  const navigate = useNavigate();
  const toQueue = () => void navigate({ to: '/t/$tenant/queue', params: { tenant }, search: { status: 'open' } });
  useShortcuts({
    u: toQueue,
    d: () => window.document.querySelector<HTMLElement>('#decide [role="radio"], #decide button')?.focus(),
  });
  return (
    <div className={classes.page}>
      <nav className={classes.crumbs} aria-label="Breadcrumb">
        <Link to="/t/$tenant/queue" params={{ tenant }} search={{ status: 'open' }}>
          ← Queue
        </Link>
        <span aria-hidden="true">
          <Kbd size="xs">d</Kbd> decide <Kbd size="xs">u</Kbd> back to the queue
        </span>
      </nav>
      {document.isPending && <Loading what="the finding" rows={5} height={90} />}
      {document.isError && !document.data && (
        <Failure what="The finding" error={document.error} retry={() => void document.refetch()} />
      )}
      {document.data && (
        <Loaded
          tenant={tenant}
          document={document.data}
          reviewer={reviewer}
          reload={() => void document.refetch()}
          reloading={document.isFetching}
        />
      )}
    </div>
  );
}

const sections: readonly (readonly [string, string])[] = [
  ['assessment', 'Assessment'],
  ['probability', 'Probability'],
  ['investigation', 'Investigation'],
  ['timeline', 'Timeline'],
  ['processes', 'Processes'],
  ['detections', 'Detections'],
  ['actions', 'Actions'],
  ['ledger', 'Ledger'],
];

interface LoadedProps {
  readonly tenant: string;
  readonly document: FindingDocument;
  readonly reviewer: Reviewer;
  readonly reload: () => void;
  readonly reloading: boolean;
}

function Loaded({ tenant, document, reviewer, reload, reloading }: LoadedProps) {
  const { finding } = document;
  const opinion = assessed(finding);
  const [evidence, setEvidence] = useState<Evidence | null>(null);
  const announced = useAnnouncedRevision(finding.id);
  const decides = reviewer.role !== 'viewer' && reviewer.role !== 'customer';
  const isBlind = document.blind !== null;
  // Whether it was opened with the AI's opinion in sight is part of what is said, so it is said again when that changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: isBlind decides what the server records.
  useEffect(() => {
    // Nothing is lost where it fails: whoever is on call is paged, and opens it again.
    if (decides) acknowledge(tenant, finding.id).catch(() => undefined);
  }, [tenant, finding.id, decides, isBlind]);
  const ids = eventIdsOf(finding);
  const fetched = ids.slice(0, EVENTS_FETCHED);
  const events = useQuery(queries.findingEvents(tenant, finding.id, finding.revision, fetched));
  const list = events.data ?? [];
  const hasProcesses = list.some((event) => event.activity.process);
  const absent = new Set([
    ...(hasProcesses ? [] : ['processes']),
    ...(opinion !== null && opinion.recommendation.actions.length > 0 ? [] : ['actions']),
    ...(opinion === null ? ['probability'] : []),
  ]);
  return (
    <EvidenceContext value={(title, wanted) => setEvidence({ title, ids: wanted })}>
      <Claim document={document} events={list} />
      {announced > finding.revision && (
        <div role="status" className={classes.newer}>
          This finding has moved on to revision {announced} while you read revision {finding.revision}.
          <Button size="compact-xs" variant="light" onClick={reload} loading={reloading}>
            Show revision {announced}
          </Button>
        </div>
      )}
      <nav className={classes.sections} aria-label="Parts of this finding">
        {sections
          .filter(([anchor]) => !absent.has(anchor))
          .map(([anchor, label]) => (
            <a key={anchor} href={`#${anchor}`}>
              {label}
            </a>
          ))}
        <a href="#decide" className={classes.toDecide}>
          Decide
        </a>
      </nav>
      <div className={classes.columns}>
        <div className={classes.main}>
          {opinion === null ? (
            <BlindPanel document={document} />
          ) : (
            <>
              <RecommendationPanel finding={opinion} />
              <ProbabilityPanel finding={opinion} firstSeen={document.firstSeen} />
              <RankPanel finding={finding} />
            </>
          )}
          <InvestigationPanel finding={finding} />
          {events.isPending && <Loading what="raw events" rows={4} height={28} />}
          {events.isError && <Failure what="The raw events" error={events.error} retry={() => void events.refetch()} />}
          {events.data && (
            <>
              <TimelinePanel events={list} detections={finding.detections} total={ids.length} />
              <ProcessTreePanel events={list} detections={finding.detections} />
            </>
          )}
          <DetectionsPanel detections={finding.detections} />
          <ActionsPanel actions={opinion?.recommendation.actions ?? []} />
          <HistoryPanel history={document.history} />
          <FindingLedgerPanel tenant={tenant} id={finding.id} />
        </div>
        <aside className={classes.rail} aria-label="Decision">
          <DecidePanel tenant={tenant} document={document} reviewer={reviewer} />
        </aside>
      </div>
      <EvidenceDrawer
        evidence={evidence}
        events={new Map(list.map((event) => [event.id, event]))}
        detections={finding.detections}
        onClose={() => setEvidence(null)}
      />
    </EvidenceContext>
  );
}
