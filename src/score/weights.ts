import type { Criticality } from '../contracts/context.ts';
import type { Level } from '../contracts/detection.ts';

/**
 * The starting weights, in log-odds (natural logarithm), each with its reasoning. They are judgements, stated in one place so
 * that they can be argued with; determinations replace them as they come. A log-odds of 0.7 doubles the odds.
 */
export const weights = {
  /**
   * One candidate story in about thirty is a threat before anything is known of it. Published SOC surveys put the share of
   * alerts that are real between 1 and 10 %; a story holds several alerts, so the upper half of that range.
   */
  base: -3.4,

  /**
   * What one hit of a rule of this level says. Rule levels are the author's promise of precision: `high` asks for a look at
   * once (odds x 16), `critical` should nearly stand alone, `low` and `informational` are colour, not alarm.
   */
  level: { informational: 0.15, low: 0.7, medium: 1.6, high: 2.8, critical: 4.0 } satisfies Record<Level, number>,

  /**
   * What an alert of another product says, as a share of a rule of ours of the level its severity maps to. Our rules are open: their
   * author states level and false positives by one standard, and they can be read and tested here. A vendor's severity tells how bad
   * it would be if true more than how often it is true, and published alert volumes of sensors (Suricata, Wazuh) are mostly benign.
   * So a vendor's `high` weighs about what our `medium` does, and needs company to reach the line.
   */
  vendorShare: 0.6,

  /**
   * Rules that fire together on one act are not independent witnesses. The strongest counts in full, the next less; from the
   * sixth on, a tenth.
   */
  witness: [1, 0.6, 0.4, 0.25, 0.15, 0.1],

  /** Activity that moves along the kill chain is what attacks do and single benign acts do not; each further tactic, to a limit. */
  tacticsSeenTogether: 0.45,
  tacticsLimit: 1.8,

  /** The story crosses from one host to another by a logon that ties them. */
  hostsCrossed: 0.5,

  /**
   * A detector that fires on many hosts of the same estate on the same day speaks of the estate (a tool in use, a policy), not
   * of an intrusion. Needs at least `commonHosts` hosts to say anything.
   */
  detectorCommon: [
    { share: 0.4, logOdds: -2.2 },
    { share: 0.2, logOdds: -1.4 },
    { share: 0.08, logOdds: -0.6 },
  ],
  commonHosts: 10,

  /**
   * The same act by the same account in many hours of the day. Intruders rarely keep such a rhythm in plain sight, jobs do; it
   * takes back about what a high rule gives, no more, because one who hides in a habit must stay visible.
   */
  habit: -2.4,

  /**
   * How rare it is that a detector speaks, at this place or anywhere: per decade of surprise (rarity.ts) beyond `neutral`, which is about ten times a
   * day; the three rarest of a story count. Says nothing before `youngDays` of detections are known, when all is new.
   */
  rarity: { each: 0.5, neutral: 1.3, shares: [1, 0.5, 0.25], youngDays: 2, young: -0.3 },

  /**
   * Another story that is likely a threat goes on at the same time or shortly before: intrusions spread over hosts. In a large estate that says
   * less, since something always goes on.
   */
  campaign: { near: 1, withinMs: 2 * 3_600_000, from: 0.3, estate: 30 },

  /** A detector that speaks of many hosts within minutes: a sweep by a scanner, or a change that reached them all. */
  sweep: { hosts: 4, withinMs: 5 * 60_000, logOdds: 0.2 },

  /** Products that see the same story independently. */
  products: 0.3,

  /** A shared server (many people's accounts active) is worth more to an attacker. */
  sharedServer: 0.25,

  /** The same program, or the same parent and child, elsewhere in the estate. */
  prevalence: { alone: 0.5, few: 0.15, common: -0.7, commonShare: 0.3, fewestHosts: 8 },
  lineage: { alone: 0.4, common: -0.9 },

  /** What the story's own did besides what was detected (investigate/behaviours), in all at most. */
  behaviourLimit: 1.6,

  /** A destination on the internet that no other host of the estate talks to. */
  lonelyDestination: 0.5,
  knownDestination: -0.2,

  /** How the session began. */
  session: { afterFailures: 0.8, fromInternet: 0.6, unexplained: 0, local: -0.1 },

  /** Cloud principal's own record at hand. */
  principal: { firstUse: 0.7, denials: 0.6, habit: -0.6, manyNewCalls: 0.5 },

  /** Changes to accounts and rights near the story. */
  accountChange: 0.5,

  /**
   * Telemetry that stops coming. The detector's level tells how much it matters that somebody looks; that it is an attack is seldom:
   * senders are retired, upgraded and broken far more often than silenced, and all at once fall silent by our own doing. Somebody who
   * switches recording off tends to be the last thing that it records.
   */
  telemetryGap: { one: -0.5, all: -1.7, nobodySilencedIt: -0.3, silenced: 1.8 },

  /**
   * What people say of their organisation. Behaviour that somebody expects, says how it looks and answers for is seldom an attack, and an
   * attacker who knows of it will hide there: it takes back less than a `high` rule gives. "Whatever this account does" explains little.
   * Much is done in a maintenance window, by others as well. In all, `mostLowered` leaves a story of one `high` rule at 1 in 24, just above
   * the default floor of the line. Whom attackers seek out is attacked a little more often; what it would cost is for the stake to say.
   */
  context: {
    expected: { narrow: -2, broad: -0.8 },
    window: -1,
    criticality: { low: 0, normal: 0, high: 0.15, crown_jewel: 0.3 } satisfies Record<Criticality, number>,
    vip: 0.25,
    mostLowered: -2.5,
    mostRaised: 0.5,
  },

  /**
   * What is at stake, as factors of what an ordinary asset is worth, and how soon somebody must act. Not log-odds: they order the queue and
   * never touch the probability. A crown jewel is worth about four unimportant machines; what has left or been destroyed cannot be had back,
   * so the last tactics count half as much again. Where no fact and no tactic says anything, every story has the same stake.
   */
  stakes: {
    criticality: { low: 0.6, normal: 1, high: 1.6, crown_jewel: 2.5 } satisfies Record<Criticality, number>,
    identity: { ordinary: 1, builtIn: 1.1, cloud: 1.15, vip: 1.3 },
    stage: { none: 1, early: 0.9, inside: 1, spreading: 1.2, last: 1.5 },
    /** Time left: before the last tactics there may be days, credentials are used within the hour, the last ones are happening. */
    urgency: { none: 0.7, early: 0.6, inside: 0.7, spreading: 0.85, last: 1 },
    /** Since its last event, in event time: still going on, quiet for an hour, quiet for a day. */
    pace: { active: 1, quiet: 0.85, still: 0.7, quietAfterMs: 3_600_000, stillAfterMs: 86_400_000 },
  },
} as const;
