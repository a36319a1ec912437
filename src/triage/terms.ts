import type { Detection, Detector } from '../contracts/detection.ts';
import type { Reason } from '../contracts/finding.ts';
import type { Features, Model } from '../contracts/model.ts';
import { isBuiltInAccount } from '../contracts/names.ts';
import { plainText } from '../contracts/plain-text.ts';
import type { EventLake } from '../ports/event-lake.ts';
import { detectorWeight, gainOf, weigh, weights } from '../score/index.ts';
import type { Standing } from './context.ts';
import type { Group } from './group.ts';
import { habitsOf } from './habits.ts';
import type { DetectorHistory } from './history.ts';
import { lateralSteps } from './lateral.ts';
import { rarityReasons } from './rarity.ts';
import { type Sweeps, sweepReason } from './sweep.ts';
import { hostsOf, type Witness } from './witness.ts';

const EVIDENCE_LIMIT = 25;
/** Characters of a host's name or a rule's title in a reason. */
const NAME_LIMIT = 100;
const SENTENCE_LIMIT = 300;

/** On which hosts a detector fired in all the data at hand, and by whose hand. */
interface Spread {
  readonly hosts: ReadonlySet<string>;
  /** People's accounts; where a host acts for itself, the host. */
  readonly actors: ReadonlySet<string>;
  /** Calling addresses where nothing else is named, as by a network sensor. */
  readonly addresses: ReadonlySet<string>;
}

/** What a story is held against. */
export interface Surroundings {
  readonly lake: EventLake;
  readonly spread: DetectorSpread;
  readonly sweeps: Sweeps;
  readonly history: DetectorHistory | undefined;
  /** What people said; nothing where it is absent. */
  readonly standing?: Standing;
}

export interface DetectorSpread {
  readonly byDetector: ReadonlyMap<string, Spread>;
  /** All hosts with a detection. */
  readonly hosts: ReadonlySet<string>;
  /** All addresses with a detection that names nothing else; never counted as hosts, or scanners would make the estate look large. */
  readonly addresses: ReadonlySet<string>;
}

export function detectorSpread(detections: readonly Detection[]): DetectorSpread {
  const byDetector = new Map<string, { hosts: Set<string>; actors: Set<string>; addresses: Set<string> }>();
  const hosts = new Set<string>();
  const addresses = new Set<string>();
  for (const detection of detections) {
    let seen = byDetector.get(detection.detector.id);
    if (seen === undefined) {
      seen = { hosts: new Set(), actors: new Set(), addresses: new Set() };
      byDetector.set(detection.detector.id, seen);
    }
    const user = detection.entities.find(({ kind }) => kind === 'user')?.value;
    for (const host of hostsOf(detection)) {
      hosts.add(host);
      seen.hosts.add(host);
      seen.actors.add(user === undefined || isBuiltInAccount(user) ? `host ${host}` : `user ${user}`);
    }
    const address = addressOnly(detection);
    if (address !== undefined) {
      addresses.add(address);
      seen.addresses.add(address);
    }
  }
  return { byDetector, hosts, addresses };
}

/** The first address (the caller's) of a detection that names neither machine nor account. */
function addressOnly({ entities }: Detection): string | undefined {
  let address: string | undefined;
  for (const { kind, value } of entities) {
    if (kind === 'host' || kind === 'user' || kind === 'cloud_principal') return undefined;
    if (kind === 'address') address ??= value;
  }
  return address;
}

/** The named terms that triage gives a story besides its detectors, by hand-set weights, before any investigation. */
export function reasonsOf(group: Group, witnesses: readonly Witness[], around: Surroundings): readonly Reason[] {
  const { lake, spread, history, sweeps } = around;
  const habits = habitsOf(group, lake);
  return [
    ...tacticReason(witnesses),
    ...hostReason(group, habits, lake),
    ...commonReasons(witnesses, spread, lake),
    ...habitReason(group, habits),
    ...serverReason(group, lake),
    ...(history === undefined
      ? []
      : [
          ...rarityReasons(witnesses, history, group[0]?.at ?? 0),
          ...sweepReason(witnesses, sweeps),
          ...productsReason(witnesses),
        ]),
  ];
}

/** Products that do not know of each other and see one story. */
function productsReason(witnesses: readonly Witness[]): readonly Reason[] {
  const products = new Set(
    witnesses.map(({ detector: { kind, id } }) => (kind === 'vendor' ? (id.split(':')[1] ?? '') : kind)),
  );
  if (products.size < 2) return [];
  return [
    {
      term: 'products',
      text: `Seen by ${products.size} kinds of detector: ${[...products].sort().join(', ')}`,
      logOdds: weights.products * (products.size - 1),
      evidence: [],
    },
  ];
}

/** All reasons as a model weighs them: the detectors', the one that says most first, then the others'. */
export function weighedReasons(
  model: Model,
  features: Features,
  witnesses: readonly Witness[],
  others: readonly Reason[],
): readonly Reason[] {
  const byId = new Map(witnesses.map((witness) => [witness.detector.id, witness]));
  const detectors = weigh(model, features).detectors.flatMap(({ id, share, logOdds }, rank): readonly Reason[] => {
    const witness = byId.get(id);
    if (witness === undefined) return [];
    const count = witness.detections.length;
    return [
      {
        term: 'detector',
        text: `${said(witness)} (${rated(witness.detector)}${learnt(model, id)})${count > 1 ? `, ${count} times` : ''}${rank > 0 ? `; counted at ${Math.round(share * 100)} % beside stronger ones` : ''}`,
        logOdds,
        evidence: evidenceOf(witness.detections),
      },
    ];
  });
  return [
    ...detectors,
    ...others.map((reason) => ({ ...reason, logOdds: gainOf(model, reason.term) * reason.logOdds })),
  ];
}

/** A baseline says in a sentence what it did not expect; any other detector has its title. */
function said({ detector, detections }: Witness): string {
  const why =
    detector.kind === 'baseline' ? detections[0]?.fields.find(({ field }) => field === 'why')?.value : undefined;
  return plainText(why ?? detector.title, why === undefined ? NAME_LIMIT : SENTENCE_LIMIT);
}

/** What verdicts here have made of a detector, where they have said anything of it. */
function learnt({ here, trainedOn }: Model, detector: string): string {
  const shift = here[detector];
  const verdicts = trainedOn.verdicts[detector] ?? 0;
  if (shift === undefined || verdicts === 0) return '';
  const factor = Math.exp(Math.abs(shift));
  return `; ${verdicts} ${verdicts === 1 ? 'verdict' : 'verdicts'} here make its odds ${factor.toFixed(1)} times ${shift < 0 ? 'lower' : 'higher'}`;
}

/** A vendor's level is its severity on our scale, and weighs less than the same level of a rule of ours. */
function rated({ kind, level }: Detector): string {
  return kind === 'vendor' ? `${level} by the vendor's severity` : level;
}

function tacticReason(witnesses: readonly Witness[]): readonly Reason[] {
  const first = new Map<string, string>();
  const speaking = witnesses.filter(({ detector }) => detector.tactics.length > 0);
  for (const { detector, detections } of speaking) {
    for (const tactic of detector.tactics) if (!first.has(tactic)) first.set(tactic, detections[0]?.events[0] ?? '');
  }
  // A rule tagged with three tactics is one act read three ways: no more tactics count than detectors spoke.
  const counted = Math.min(first.size, speaking.length);
  if (counted < 2) return [];
  return [
    {
      term: 'tactics',
      text: `${first.size} tactics of the kill chain, by ${speaking.length} detectors${counted < first.size ? `, counted as ${counted}` : ''}: ${[...first.keys()].join(', ')}`,
      logOdds: Math.min(weights.tacticsLimit, weights.tacticsSeenTogether * (counted - 1)),
      evidence: [...new Set(first.values())].slice(0, EVIDENCE_LIMIT),
    },
  ];
}

/** Only a logon that leads from one of the story's hosts to another; hosts that one address or account touches are no path. */
function hostReason(group: Group, habits: ReadonlyMap<string, string>, lake: EventLake): readonly Reason[] {
  const hosts = new Map<string, string>();
  for (const detection of group) {
    for (const host of hostsOf(detection)) if (!hosts.has(host)) hosts.set(host, detection.events[0] ?? '');
  }
  if (hosts.size < 2 || lateralSteps(group, habits, lake).length === 0) return [];
  return [
    {
      term: 'hosts',
      text: `One story on ${hosts.size} hosts, tied by a logon from one to another: ${namesOf([...hosts.keys()])}`,
      logOdds: weights.hostsCrossed,
      evidence: [...hosts.values()].slice(0, EVIDENCE_LIMIT),
    },
  ];
}

function commonReasons(witnesses: readonly Witness[], spread: DetectorSpread, lake: EventLake): readonly Reason[] {
  const reasons: Reason[] = [];
  for (const [rank, witness] of witnesses.entries()) {
    const places = placesOf(spread, witness.detector.id, lake);
    if (places.outOf < weights.commonHosts || places.independent < 3) continue;
    const step = weights.detectorCommon.find(({ share }) => places.independent / places.outOf >= share);
    if (step === undefined) continue;
    const share = weights.witness[Math.min(rank, weights.witness.length - 1)] ?? 0;
    // Never takes away more than the detector gave: a common detector is worth nothing, not less than nothing.
    reasons.push({
      term: 'detector-common',
      text: `"${plainText(witness.detector.title, NAME_LIMIT)}" fired on ${places.seenOn} of ${places.outOf} ${places.noun}${places.independent < places.seenOn ? `, by ${places.independent} accounts or machines,` : ''} in this data: likely how this estate works`,
      logOdds: -Math.min(-step.logOdds, detectorWeight(witness.detector)) * share,
      evidence: evidenceOf(witness.detections),
    });
  }
  return reasons;
}

interface Places {
  readonly seenOn: number;
  readonly independent: number;
  readonly outOf: number;
  readonly noun: 'hosts' | 'addresses';
}

/** Where a detector fired, of the places it could have: hosts, or addresses where it names no host at all. */
function placesOf(spread: DetectorSpread, detector: string, lake: EventLake): Places {
  const seen = spread.byDetector.get(detector);
  const hosts = seen?.hosts.size ?? 0;
  const addresses = seen?.addresses.size ?? 0;
  if (hosts === 0 && addresses > 0)
    return { seenOn: addresses, independent: addresses, outOf: spread.addresses.size, noun: 'addresses' };
  // The lake counts hosts on which people were seen; servers without any are part of the estate as well.
  const outOf = Math.max(lake.hostCount(), spread.hosts.size);
  // One account that goes from host to host is somebody's walk, however many hosts it visits.
  return { seenOn: hosts, independent: Math.min(hosts, seen?.actors.size ?? 0), outOf, noun: 'hosts' };
}

/** A story that is a habit from first to last; see habits.ts. */
function habitReason(group: Group, habits: ReadonlyMap<string, string>): readonly Reason[] {
  if (habits.size < group.length) return [];
  const hours = new Set(group.map(({ at }) => Math.floor(at / 3_600_000))).size;
  return [
    {
      term: 'habit',
      text: `The same act, ${group.length} times in ${hours} different hours${where(group)}: a job, a health check or an agent does this`,
      logOdds: weights.habit,
      evidence: evidenceOf([...group.slice(0, 5), ...group.slice(-5)]),
    },
  ];
}

function serverReason(group: Group, lake: EventLake): readonly Reason[] {
  for (const detection of group) {
    for (const host of hostsOf(detection)) {
      const users = lake.usersOn(host);
      if (users < weights.commonHosts) continue;
      return [
        {
          term: 'criticality',
          text: `${plainText(host, NAME_LIMIT)} serves ${users} accounts: more is at stake than on one person's machine`,
          logOdds: weights.sharedServer,
          evidence: detection.events.slice(0, EVIDENCE_LIMIT),
        },
      ];
    }
  }
  return [];
}

function where(group: Group): string {
  const hosts = new Set(group.flatMap(hostsOf)).size;
  return hosts > 1 ? `, on each of ${hosts} hosts` : '';
}

function namesOf(hosts: readonly string[]): string {
  return hosts
    .slice(0, 5)
    .map((host) => plainText(host, NAME_LIMIT))
    .join(', ');
}

function evidenceOf(detections: readonly Detection[]): string[] {
  const ids = new Set<string>();
  for (const { events } of detections) {
    for (const id of events) {
      if (ids.size === EVIDENCE_LIMIT) return [...ids];
      ids.add(id);
    }
  }
  return [...ids];
}
