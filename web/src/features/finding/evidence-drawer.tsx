import { CopyButton, Drawer, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Detection, FindingEvent } from '../../api/model.ts';
import { count } from '../../ui/format.ts';
import { revealed } from '../../ui/reveal.ts';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import { describeActivity } from './describe-activity.ts';
import classes from './evidence.module.css';
import { indentJson } from './indent-json.ts';

/** Events laid out at once; a reason can rest on thousands. */
const PAGE = 20;
/** Characters of a record shown before the rest is folded away. */
const RAW_CLIP = 20_000;

/** Longer records are shown as received: laying them out would hold up the page. */
const INDENTED_AT_MOST = 500_000;

export interface Evidence {
  readonly title: string;
  readonly ids: readonly string[];
}

interface EvidenceDrawerProps {
  readonly evidence: Evidence | null;
  readonly events: ReadonlyMap<string, FindingEvent>;
  readonly detections: readonly Detection[];
  readonly onClose: () => void;
}

type Layout = 'indented' | 'received';

function RawEvent({
  event,
  detections,
  layout,
}: {
  readonly event: FindingEvent;
  readonly detections: readonly Detection[];
  readonly layout: Layout;
}) {
  const hits = detections.filter((detection) => detection.events.includes(event.id));
  return (
    <article className={classes.raw} data-testid="raw-event">
      <header>
        <b>
          <When at={event.time} />
        </b>
        <span className={classes.rawWhere}>
          <Untrusted mono text={`${event.file}:${event.line}`} /> <span>read as {event.lens}</span>
        </span>
        <CopyButton value={event.raw}>
          {({ copied, copy }) => (
            <button type="button" className={classes.evidenceLink} onClick={copy}>
              {copied ? 'copied' : 'copy'}
            </button>
          )}
        </CopyButton>
      </header>
      <p>
        <Untrusted text={describeActivity(event.activity)} clip={400} />
      </p>
      {hits.length > 0 && (
        <p className={classes.rawHits}>
          Detected by: <Untrusted text={hits.map((hit) => hit.detector.title).join('; ')} clip={300} />
        </p>
      )}
      <pre>
        <Untrusted
          block
          text={layout === 'indented' && event.raw.length <= INDENTED_AT_MOST ? indentJson(event.raw) : event.raw}
          clip={RAW_CLIP}
        />
      </pre>
      <p className={classes.rawId}>event {event.id}</p>
    </article>
  );
}

/** Raw records as they were received: text only, with where each was read. */
export function EvidenceDrawer({ evidence, events, detections, onClose }: EvidenceDrawerProps) {
  const [layout, setLayout] = useState<Layout>('indented');
  const [pages, setPages] = useState(1);
  const ids = evidence?.ids ?? [];
  const found = ids.flatMap((id) => events.get(id) ?? []).sort((a, b) => a.time - b.time);
  const missing = ids.length - found.length;
  const shown = found.slice(0, pages * PAGE);
  const close = () => {
    setPages(1);
    onClose();
  };
  return (
    <Drawer
      opened={evidence !== null}
      onClose={close}
      position="right"
      size="min(720px, 94vw)"
      title={<span className={classes.drawerTitle}>{revealed(evidence?.title.slice(0, 240) ?? '')}</span>}
      closeButtonProps={{ 'aria-label': 'Close evidence' }}
      transitionProps={{ duration: 120 }}
    >
      <div className={classes.drawerBar}>
        <span>
          {count(found.length)} raw event{found.length === 1 ? '' : 's'}
          {missing > 0 && `; ${count(missing)} more not kept with this finding`}
        </span>
        <SegmentedControl
          size="xs"
          aria-label="Layout of the raw event"
          value={layout}
          onChange={(value) => setLayout(value === 'received' ? 'received' : 'indented')}
          data={[
            { value: 'indented', label: 'Indented' },
            { value: 'received', label: 'As received' },
          ]}
        />
      </div>
      {shown.map((event) => (
        <RawEvent key={event.id} event={event} detections={detections} layout={layout} />
      ))}
      {shown.length < found.length && (
        <button type="button" className={classes.evidenceLink} onClick={() => setPages(pages + 1)}>
          show {Math.min(PAGE, found.length - shown.length)} more of {count(found.length)}
        </button>
      )}
    </Drawer>
  );
}
