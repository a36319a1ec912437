import type { Criticality } from '../contracts/context.ts';
import type { Ranking } from '../contracts/ranking.ts';
import { weights } from './weights.ts';

/** What a story puts at stake, and how far it has come. */
export interface AtStake {
  /** The most critical asset or identity, as people say; null where nobody says anything. */
  readonly critical: { readonly level: Criticality; readonly who: string } | null;
  /** The identity that counts most. */
  readonly identity: { readonly kind: keyof typeof weights.stakes.identity; readonly who: string };
  readonly tactics: readonly string[];
  /** Milliseconds of event time since its last event. */
  readonly quietMs: number;
}

type Stage = keyof typeof weights.stakes.stage;

const stageOfTactic: Readonly<Record<string, Stage>> = {
  reconnaissance: 'early',
  'resource-development': 'early',
  'initial-access': 'inside',
  execution: 'inside',
  persistence: 'inside',
  'privilege-escalation': 'inside',
  'defense-evasion': 'inside',
  discovery: 'inside',
  'credential-access': 'spreading',
  'lateral-movement': 'spreading',
  collection: 'spreading',
  'command-and-control': 'spreading',
  exfiltration: 'last',
  impact: 'last',
};
const inOrder: readonly Stage[] = ['none', 'early', 'inside', 'spreading', 'last'];

/** What the most that can be at stake is worth, in ordinary assets: a VIP's crown jewel at the last stage. */
const MOST = weights.stakes.criticality.crown_jewel * weights.stakes.identity.vip * weights.stakes.stage.last;

/**
 * Expected loss: probability x stake x urgency, each from 0 to 1. 1 would be a certain threat, in its last stage and going on, to what
 * matters most and by who counts most. It orders the queue; it is no sum of money. Source: expected loss as decision theory has it
 * (Wald 1950), with judgements for the losses.
 */
export function rankingOf(threatProbability: number, story: AtStake): Ranking {
  const stake = stakeOf(story);
  const urgency = urgencyOf(story);
  const value = threatProbability * stake.value * urgency.value;
  return {
    stake,
    urgency,
    expectedLoss: {
      value,
      text: `${figure(threatProbability)} probability x ${figure(stake.value)} stake x ${figure(urgency.value)} urgency`,
    },
  };
}

/** Stake x urgency where nothing is known of either. */
const ORDINARY = weights.stakes.urgency.none / MOST;

/** Expected loss by another probability than the ranking's own; an ordinary one where there is no ranking. */
export function expectedLoss(probability: number, ranking: Ranking | undefined): number {
  return probability * (ranking === undefined ? ORDINARY : ranking.stake.value * ranking.urgency.value);
}

function stakeOf({ critical, identity, tactics }: AtStake): Ranking['stake'] {
  const { stakes } = weights;
  const { stage, tactic } = latestStage(tactics);
  const value =
    (stakes.criticality[critical?.level ?? 'normal'] * stakes.identity[identity.kind] * stakes.stage[stage]) / MOST;
  const parts = [
    critical === null
      ? 'nobody has said how critical its assets are'
      : `${critical.who} is ${levelWords[critical.level]}`,
    ...(identity.kind === 'ordinary' ? [] : [`${identity.who} ${identityWords[identity.kind]}`]),
    tactic === undefined ? 'no tactic is known' : `it has come to ${tactic.replaceAll('-', ' ')}`,
  ];
  return { value, text: sentence(parts) };
}

function urgencyOf({ tactics, quietMs }: AtStake): Ranking['urgency'] {
  const { urgency, pace } = weights.stakes;
  const { stage, tactic } = latestStage(tactics);
  // What was taken is being used: credentials leave less time than other steps of the same stage.
  const soon = tactics.includes('credential-access') || tactics.includes('exfiltration') || tactics.includes('impact');
  const left = soon ? urgency.last : urgency[stage];
  const going = quietMs >= pace.stillAfterMs ? 'still' : quietMs >= pace.quietAfterMs ? 'quiet' : 'active';
  const parts = [
    tactic === undefined
      ? 'no tactic says how much time is left'
      : `${soon ? 'little time is left' : 'some time is left'} after ${tactic.replaceAll('-', ' ')}`,
    paceWords[going],
  ];
  return { value: left * pace[going], text: sentence(parts) };
}

function latestStage(tactics: readonly string[]): { readonly stage: Stage; readonly tactic: string | undefined } {
  let stage: Stage = 'none';
  let latest: string | undefined;
  for (const tactic of tactics) {
    const reached = stageOfTactic[tactic];
    if (reached === undefined || inOrder.indexOf(reached) < inOrder.indexOf(stage)) continue;
    stage = reached;
    latest = tactic;
  }
  return { stage, tactic: latest };
}

const levelWords: Readonly<Record<Criticality, string>> = {
  low: 'of little importance',
  normal: 'of ordinary importance',
  high: 'of high importance',
  crown_jewel: 'a crown jewel',
};
const identityWords = {
  builtIn: 'is an account of the system',
  cloud: 'is a cloud principal, which no single machine confines',
  vip: 'is a VIP',
} as const;
const paceWords = {
  active: 'it was going on within the last hour of telemetry',
  quiet: 'it has been quiet for an hour or more',
  still: 'it has been quiet for a day or more',
} as const;

function sentence(parts: readonly string[]): string {
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function figure(value: number): string {
  return value.toFixed(2);
}
