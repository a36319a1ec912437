import type { CSSProperties } from 'react';
import type { Detection, FindingEvent } from '../../api/model.ts';
import { baseName } from '../../ui/base-name.ts';
import { words } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import { EvidenceLink } from './evidence-context.tsx';
import classes from './process-tree.module.css';
import { DEPTH_DRAWN, linesOf, type ProcessLine, type ProcessNode, processTree } from './process-tree.ts';

const LINES_SHOWN = 200;

const at = (depth: number) => ({ '--depth': depth }) as CSSProperties;

function eventsOf(node: ProcessNode): readonly string[] {
  return [...(node.startEvent === undefined ? [] : [node.startEvent]), ...[...node.did.values()].flat()];
}

function ProcessItem({ line, detected }: { readonly line: ProcessLine; readonly detected: ReadonlySet<string> }) {
  const { node, depth, last, rails } = line;
  const hit = eventsOf(node).some((id) => detected.has(id));
  const name = node.image === undefined ? `process ${node.pid ?? node.key}` : baseName(node.image);
  const indent = Math.min(depth, DEPTH_DRAWN);
  return (
    <li className={classes.line} style={at(indent)} data-hit={hit}>
      {rails.map((rail) => (
        <span key={rail} className={classes.rail} style={at(rail - indent)} />
      ))}
      {depth > 0 && <span className={classes.elbow} data-last={last} />}
      <div className={classes.head}>
        <b title={node.image?.slice(0, 400)}>
          <Untrusted text={name} clip={80} expandable={false} />
        </b>
        {depth > DEPTH_DRAWN && <span className={classes.fact}>depth {depth}</span>}
        {node.pid !== undefined && <span className={classes.fact}>pid {node.pid}</span>}
        {node.user !== undefined && (
          <span className={classes.fact}>
            <Untrusted text={node.user} clip={40} expandable={false} />
          </span>
        )}
        {node.startedAt === undefined ? (
          <span className={classes.fact}>start not recorded</span>
        ) : (
          <span className={classes.fact}>
            <When at={node.startedAt} format="clock" />
          </span>
        )}
        <span className={classes.links}>
          {node.startEvent !== undefined && (
            <EvidenceLink ids={[node.startEvent]} title={`Start of ${name}`}>
              start
            </EvidenceLink>
          )}
          {[...node.did].map(([kind, ids]) => (
            <EvidenceLink key={kind} ids={ids} title={`${words(kind)} by ${name}`}>
              {ids.length} {words(kind)}
            </EvidenceLink>
          ))}
        </span>
      </div>
      {node.commandLine !== undefined && (
        <div className={classes.command}>
          <Untrusted mono text={node.commandLine} clip={200} />
        </div>
      )}
    </li>
  );
}

/** Which process started which, as far as the finding's events say; marked where a detector hit. */
export function ProcessTreePanel({
  events,
  detections,
}: {
  readonly events: readonly FindingEvent[];
  readonly detections: readonly Detection[];
}) {
  const detected = new Set(detections.flatMap((detection) => detection.events));
  const hosts = new Map<string, FindingEvent[]>();
  for (const event of events) {
    if (!event.activity.process) continue;
    const host = event.activity.host ?? 'unknown host';
    const known = hosts.get(host);
    if (known) known.push(event);
    else hosts.set(host, [event]);
  }
  if (hosts.size === 0) return null;
  return (
    <Panel
      id="processes"
      title="Process tree"
      flush
      note="from the events of this finding; orange where a detector hit"
    >
      {[...hosts].map(([host, ofHost]) => {
        const lines = linesOf(processTree(ofHost));
        return (
          <div key={host} className={classes.host}>
            <h3>
              <Untrusted text={host} clip={80} />
            </h3>
            <ul className={classes.tree}>
              {lines.slice(0, LINES_SHOWN).map((line) => (
                <ProcessItem key={line.node.key} line={line} detected={detected} />
              ))}
            </ul>
            {lines.length > LINES_SHOWN && (
              <p className={classes.rest}>{lines.length - LINES_SHOWN} more processes; see the timeline.</p>
            )}
          </div>
        );
      })}
    </Panel>
  );
}
