import type { Actor, LedgerEntry } from '../../contracts/ledger-entry.ts';
import { namedPerson } from '../../contracts/personal.ts';
import type { TuningDecision, TuningProposal } from '../../contracts/tuning.ts';
import { BridgewatchError } from '../../kernel/errors.ts';
import { sha256, stableId } from '../../kernel/ids.ts';
import type { StateTx } from '../../ports/state-store.ts';
import { filteredRule } from './filtered-rule.ts';
import { findingsOf, knownOf } from './known.ts';
import type { TuningParts } from './parts.ts';
import { hidesThreat, type Proposed } from './propose.ts';
import { hiddenThreats, proveNear } from './prove.ts';

const DAY = 86_400_000;
/** A filter is looked at again at least twice a year: what was noise can become the way in. */
export const LONGEST_DAYS = 180;

/** Who speaks, as the ledger and the proposal name them. */
export interface Speaker {
  readonly actor: Actor;
  readonly name: string;
}

type Named = { readonly tenant: string; readonly id: string };

/**
 * Keeps proposals in shadow. One that is there already in shadow has its proof renewed. The system does not propose again what people have
 * decided on; a person may.
 */
export async function keepProposals(
  tx: StateTx,
  proposed: readonly Proposed[],
  { actor, name }: Speaker,
  now: number,
): Promise<readonly TuningProposal[]> {
  const kept: TuningProposal[] = [];
  for (const one of proposed) {
    const before = (await tx.tuning.list(one.tenant)).filter(
      ({ rule, filter, lines }) =>
        rule.id === one.rule.id &&
        rule.version === one.rule.version &&
        (filter === one.filter || JSON.stringify(lines) === JSON.stringify(one.lines)),
    );
    const shadow = before.find(({ state }) => state === 'shadow');
    const isDecided = before.some(({ state, expiresAt }) => state === 'accepted' && (expiresAt ?? 0) > now);
    if (isDecided || (shadow === undefined && before.length > 0 && actor.kind !== 'human')) continue;
    const fresh: TuningProposal = {
      ...one,
      id: stableId(
        'tuning',
        one.tenant,
        one.rule.id,
        one.rule.version,
        JSON.stringify(one.lines),
        String(before.length),
      ),
      state: 'shadow',
      proposedBy: { kind: actor.kind === 'human' ? 'human' : 'system', id: actor.id, name },
      proposedAt: now,
      accepted: null,
      expiresAt: null,
      withdrawn: null,
      revision: 1,
    };
    const proposal =
      shadow === undefined
        ? fresh
        : {
            ...fresh,
            id: shadow.id,
            proposedBy: shadow.proposedBy,
            proposedAt: shadow.proposedAt,
            revision: shadow.revision + 1,
          };
    await record(tx, proposal, shadow === undefined ? 'tuning.proposed' : 'tuning.proved', actor, {
      removes: one.proof.removes,
      hiddenElse: one.proof.past?.hiddenElse ?? null,
      beside: one.proof.beside.map(({ finding, verdict }) => ({ finding, verdict })),
    });
    await (shadow === undefined ? tx.tuning.add(proposal) : tx.tuning.put(proposal));
    kept.push(proposal);
  }
  return kept;
}

/**
 * Accepts a proposal its decider saw at `seen`: from now until it expires it hides what it meets. Every threat known by now is tried again.
 * Throws `TUNING_UNKNOWN` (404), `TUNING_OVER` (409), `TUNING_REVISION_STALE` (412), `TUNING_EXPIRY` (400), `TUNING_RULE_CHANGED` (409) and
 * `TUNING_HIDES_THREAT` (422).
 */
export async function acceptProposal(
  tx: StateTx,
  parts: Pick<TuningParts, 'clock' | 'ruleOf' | 'read' | 'examplesOf'>,
  of: Named,
  seen: number,
  { reason, expiresAt }: { readonly reason: string; readonly expiresAt: number },
  by: Speaker,
): Promise<TuningProposal> {
  const now = parts.clock.now();
  const before = await held(tx, of);
  if (before.state !== 'shadow') throw over(before, 'only one in shadow can be accepted; propose it again');
  if (before.revision !== seen) throw stale(before, seen);
  if (!(expiresAt > now && expiresAt <= now + LONGEST_DAYS * DAY))
    throw new BridgewatchError(
      'TUNING_EXPIRY',
      `a filter ends between now and ${LONGEST_DAYS} days from now, not at ${new Date(expiresAt).toISOString()}`,
      400,
    );
  const rule = parts.ruleOf(before.rule.id);
  if (rule === undefined || rule.version !== before.rule.version)
    throw new BridgewatchError(
      'TUNING_RULE_CHANGED',
      `rule ${before.rule.id} is not the one this was proved with any more; propose anew`,
      409,
    );
  const filtered = filteredRule(rule, before.filter);
  const findings = await findingsOf(tx, of.tenant, new Set([rule.id]));
  const known = await knownOf(tx, findings, rule.id, parts.read, filtered.fires);
  const near = proveNear(filtered, known, new Set(before.run), await parts.examplesOf(rule.id));
  const hidden = hiddenThreats(near);
  if (hidden.length > 0) throw hidesThreat(rule.id, hidden);
  const proposal: TuningProposal = {
    ...before,
    proof: { ...near, past: before.proof.past, at: now },
    state: 'accepted',
    accepted: decision(by, reason, now),
    expiresAt,
    revision: seen + 1,
  };
  await record(tx, proposal, 'tuning.accepted', by.actor, {
    by: namedPerson({ id: by.actor.id, name: by.name }),
    reason,
    expiresAt: new Date(expiresAt).toISOString(),
  });
  await tx.tuning.put(proposal);
  return proposal;
}

/**
 * Declines a proposal, or lifts one that is accepted, at once, whoever saw what: what it has set aside is weighed again. Throws
 * `TUNING_UNKNOWN` (404) and `TUNING_OVER` (409).
 */
export async function withdrawProposal(
  tx: StateTx,
  of: Named,
  reason: string,
  by: Speaker,
  now: number,
): Promise<TuningProposal> {
  const before = await held(tx, of);
  if (before.state !== 'shadow' && before.state !== 'accepted') throw over(before, 'there is nothing to take back');
  const state = before.state === 'shadow' ? 'declined' : 'lifted';
  const proposal: TuningProposal = {
    ...before,
    state,
    withdrawn: decision(by, reason, now),
    revision: before.revision + 1,
  };
  await record(tx, proposal, `tuning.${state}`, by.actor, {
    by: by.actor.kind === 'human' ? namedPerson({ id: by.actor.id, name: by.name }) : by.name,
    reason,
  });
  await tx.tuning.put(proposal);
  return proposal;
}

/** The proposal, locked: who accepts and who finds a threat in it wait for each other. */
export async function held(tx: StateTx, { tenant, id }: Named): Promise<TuningProposal> {
  const proposal = await tx.tuning.get(tenant, id, true);
  if (proposal === null) throw new BridgewatchError('TUNING_UNKNOWN', `there is no tuning proposal ${id}`, 404);
  return proposal;
}

function decision({ actor, name }: Speaker, reason: string, at: number): TuningDecision {
  return { by: { id: actor.id, name }, at, reason };
}

function over({ id, state }: TuningProposal, what: string): BridgewatchError {
  return new BridgewatchError('TUNING_OVER', `tuning proposal ${id} is ${state}: ${what}`, 409);
}

function stale({ id, revision }: TuningProposal, seen: number): BridgewatchError {
  return new BridgewatchError(
    'TUNING_REVISION_STALE',
    `tuning proposal ${id} is at revision ${revision}, not ${seen}; read it again before you decide`,
    412,
  );
}

/** The filter's values may name people: the ledger holds its digest, the store what it says. */
async function record(
  tx: StateTx,
  { tenant, id, revision, rule, verdict, filter, lines }: TuningProposal,
  type: string,
  actor: Actor,
  more: Readonly<Record<string, unknown>>,
): Promise<LedgerEntry> {
  const fields = lines.map(({ field, modifier }) => (modifier === '' ? field : `${field}|${modifier}`));
  return await tx.ledger.append(tenant, {
    actor,
    onBehalfOf: null,
    type,
    subject: { kind: 'tuning', id, revision },
    payload: { rule: { id: rule.id, version: rule.version }, verdict, fields, filter: sha256(filter), ...more },
  });
}
