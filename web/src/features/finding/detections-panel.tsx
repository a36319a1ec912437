import type { Detection } from '../../api/model.ts';
import { count } from '../../ui/format.ts';
import { SeverityMark } from '../../ui/marks.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import { EvidenceLink } from './evidence-context.tsx';
import classes from './finding.module.css';

interface DetectorGroup {
  readonly key: string;
  readonly first: Detection;
  readonly hits: readonly Detection[];
}

/** One detector that hit fifty times is one thing to read. */
function byDetector(detections: readonly Detection[]): readonly DetectorGroup[] {
  const groups = new Map<string, Detection[]>();
  for (const detection of detections) {
    const key = `${detection.detector.id} ${detection.detector.version}`;
    groups.set(key, [...(groups.get(key) ?? []), detection]);
  }
  return [...groups].flatMap(([key, hits]) => (hits[0] ? [{ key, first: hits[0], hits }] : []));
}

function Matched({ detection }: { readonly detection: Detection }) {
  if (detection.fields.length === 0) return null;
  return (
    <div className={classes.scroll}>
      <table className={classes.fields}>
        <thead>
          <tr>
            <th scope="col">Selection</th>
            <th scope="col">Field</th>
            <th scope="col">Value seen</th>
            <th scope="col">Pattern met</th>
          </tr>
        </thead>
        <tbody>
          {detection.fields.map((field, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: fixed rows of one detection.
            <tr key={place}>
              <td>
                <Untrusted mono text={field.selection} clip={60} />
              </td>
              <td>
                <Untrusted mono text={field.field} clip={60} />
              </td>
              <td>
                <Untrusted mono text={field.value} clip={160} />
              </td>
              <td>
                <Untrusted mono text={field.pattern} clip={120} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DetectorItem({ group }: { readonly group: DetectorGroup }) {
  const { detector } = group.first;
  return (
    <li className={classes.detection}>
      <div className={classes.detectionHead}>
        <SeverityMark severity={detector.level} />
        <b>
          <Untrusted text={detector.title} clip={200} />
        </b>
        {group.hits.length > 1 && <span className={classes.muted}>{count(group.hits.length)} times</span>}
        <span className={classes.muted}>
          <When at={group.first.at} />
        </span>
        <EvidenceLink ids={group.hits.flatMap((hit) => hit.events)} title={detector.title} />
      </div>
      <p className={classes.detectionMeta}>
        {detector.kind} <Untrusted mono text={detector.id} clip={80} /> version{' '}
        <Untrusted mono text={detector.version.slice(0, 12)} /> {detector.techniques.join(' ')}
      </p>
      <Matched detection={group.first} />
      {detector.falsePositives.length > 0 && (
        <p className={classes.muted}>
          Usual benign causes: <Untrusted text={detector.falsePositives.join('; ')} clip={300} />
        </p>
      )}
    </li>
  );
}

/** Which detectors hit, on which fields and values. */
export function DetectionsPanel({ detections }: { readonly detections: readonly Detection[] }) {
  const groups = byDetector(detections);
  return (
    <Panel
      id="detections"
      title="Detections"
      flush
      note={`${count(detections.length)} by ${count(groups.length)} detector${groups.length === 1 ? '' : 's'}`}
    >
      <ul className={classes.plain}>
        {groups.map((group) => (
          <DetectorItem key={group.key} group={group} />
        ))}
      </ul>
    </Panel>
  );
}
