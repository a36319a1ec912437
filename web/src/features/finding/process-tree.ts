import type { Activity, FindingEvent, ProcessRef } from '../../api/model.ts';
import { baseName } from '../../ui/base-name.ts';

/** One process as the finding's events show it. */
export interface ProcessNode {
  readonly key: string;
  readonly host: string | undefined;
  image: string | undefined;
  commandLine: string | undefined;
  pid: string | undefined;
  user: string | undefined;
  startedAt: number | undefined;
  /** The event that records its start, if one is at hand. */
  startEvent: string | undefined;
  parent: ProcessNode | undefined;
  readonly children: ProcessNode[];
  /** Other events of this process, by kind of activity. */
  readonly did: Map<Activity['kind'], string[]>;
}

const keyOf = (host: string | undefined, ref: ProcessRef): string | undefined =>
  ref.key ??
  (ref.pid === undefined && ref.image === undefined ? undefined : `${host ?? ''}|${ref.pid ?? ''}|${ref.image ?? ''}`);

/** Keys without a GUID. Windows and Sysmon both record a start, the one by pid only: that is one process, not two. */
const isWeak = (key: string): boolean => !key.includes('{');

/** A record can name a process as its own ancestor (pids are reused, and attackers write records): such a link is dropped. */
function descendsFrom(node: ProcessNode | undefined, ancestor: ProcessNode): boolean {
  for (let at = node; at; at = at.parent) if (at === ancestor) return true;
  return false;
}

function adopt(parent: ProcessNode, child: ProcessNode): void {
  if (child.parent || descendsFrom(parent, child)) return;
  child.parent = parent;
  parent.children.push(child);
}

/** The processes that events name, as trees: roots first seen first. Takes events in time order. */
export function processTree(events: readonly FindingEvent[]): readonly ProcessNode[] {
  const nodes = new Map<string, ProcessNode>();
  const byPid = new Map<string, ProcessNode>();
  const learn = (activity: Activity, ref: ProcessRef | undefined): ProcessNode | undefined => {
    const key = ref && keyOf(activity.host, ref);
    if (!ref || key === undefined) return undefined;
    const place =
      ref.pid && ref.image ? `${activity.host ?? ''}|${ref.pid}|${baseName(ref.image).toLowerCase()}` : undefined;
    const twin = place === undefined ? undefined : byPid.get(place);
    let node = nodes.get(key) ?? (twin && (isWeak(key) || isWeak(twin.key)) ? twin : undefined);
    if (!node) {
      node = {
        key,
        host: activity.host,
        image: undefined,
        commandLine: undefined,
        pid: undefined,
        user: undefined,
        startedAt: undefined,
        startEvent: undefined,
        parent: undefined,
        children: [],
        did: new Map(),
      };
    }
    nodes.set(key, node);
    if (place !== undefined) byPid.set(place, node);
    node.image ??= ref.image;
    node.commandLine ??= ref.commandLine;
    node.pid ??= ref.pid;
    return node;
  };
  for (const { id, time, activity } of events) {
    const parent = learn(activity, activity.parent);
    const node = learn(activity, activity.process);
    if (!node) continue;
    if (activity.kind === 'process_start' && node.startEvent === undefined) {
      node.startEvent = id;
      node.startedAt = time;
      node.user ??= activity.user;
    } else {
      const ids = node.did.get(activity.kind);
      if (ids) ids.push(id);
      else node.did.set(activity.kind, [id]);
    }
    if (parent) adopt(parent, node);
  }
  return [...new Set(nodes.values())].filter((node) => !node.parent);
}

/** Deeper processes are drawn at this depth, with their real depth beside them. */
export const DEPTH_DRAWN = 14;

export interface ProcessLine {
  readonly node: ProcessNode;
  readonly depth: number;
  /** Whether a sibling follows further down. */
  readonly last: boolean;
  /** Depths above this line at which a branch goes on below it, for the guide lines. */
  readonly rails: readonly number[];
}

/** The trees as lines in reading order, without recursion: telemetry can nest as deep as it likes. */
export function linesOf(roots: readonly ProcessNode[]): readonly ProcessLine[] {
  const lines: ProcessLine[] = [];
  const below = (nodes: readonly ProcessNode[], depth: number, rails: readonly number[]): ProcessLine[] =>
    nodes.map((node, place) => ({ node, depth, last: place === nodes.length - 1, rails })).reverse();
  const stack = below(roots, 0, []);
  for (let line = stack.pop(); line; line = stack.pop()) {
    lines.push(line);
    const { node, depth, last, rails } = line;
    const goesOn = !last && depth > 0 && depth <= DEPTH_DRAWN;
    stack.push(...below(node.children, depth + 1, goesOn ? [...rails, depth] : rails));
  }
  return lines;
}
