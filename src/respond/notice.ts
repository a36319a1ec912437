import { plainText } from '../contracts/plain-text.ts';
import type { Action } from '../contracts/response.ts';
import type { Notice } from '../ports/notifier.ts';
import { titleOf } from './outcome.ts';
import type { ExecutorParts } from './parts.ts';
import { told } from './retry.ts';

/** First and longest wait after a notice that did not get through, ms, and how often it is tried. */
const FIRST_WAIT = 30_000;
const TRIES = 8;
const SEND_MS = 20_000;

const LONGEST_VALUE = 200;

/**
 * What people are told of an action that waits for them. It carries no authority: the link opens the plan for whoever is signed in,
 * names the plan it speaks of, and does nothing however often it is opened. Values from telemetry are made plain.
 */
export function noticeOf(action: Action, publicUrl: string | null): Notice {
  const { tenant, id, plan, planHash, why, approvalsNeeded, asked, expiresAt } = action;
  const target = plainText(plan.target.value, LONGEST_VALUE);
  const path = `/t/${encodeURIComponent(tenant)}/actions/${encodeURIComponent(id)}?plan=${planHash}`;
  const lines = [
    `${titleOf(action)}: ${plan.target.kind} ${target}`,
    `Impact ${plan.impact}; ${plan.undo === null ? 'it cannot be undone' : `undo: ${plainText(plan.undo, LONGEST_VALUE)}`}.`,
    `Why: ${plainText(why, 500)}`,
    ...plan.blastRadius.said.slice(0, 5).map((text) => `- ${plainText(text, LONGEST_VALUE)}`),
    `Waits for ${approvalsNeeded === 2 ? 'two people' : 'one person'}${asked === null ? '' : ' and the customer'} until ${new Date(expiresAt).toISOString()}. Without an answer nothing is done.`,
  ];
  return {
    subject: plainText(`Decision needed: ${titleOf(action)} ${target}`, LONGEST_VALUE),
    text: lines.join('\n'),
    link: publicUrl === null ? null : new URL(path, publicUrl).href,
  };
}

/** Tells whom an action waits for, once a plan, at least once each. Returns whether there was anything to tell. */
export async function tellOne(parts: ExecutorParts, publicUrl: string | null): Promise<boolean> {
  const { store, clock, toTell } = parts;
  if (toTell === undefined) return false;
  const tenants = await parts.tenants();
  const now = clock.now();
  const due = await store.withTenants(tenants, async (tx) => {
    const claimed = await tx.response.claimNotice(tenants, now, now + FIRST_WAIT * 2);
    if (claimed === null) return null;
    const { tenant, finding } = claimed.action;
    // Nobody is woken for a planted threat, and no customer ever hears of one.
    return { ...claimed, silent: ((await parts.canaryHold?.(tx, tenant, finding)) ?? 'none') !== 'none' };
  });
  if (due === null) return false;
  const { action, tries, silent } = due;
  const { tenant, id, planHash } = action;
  const failures: string[] = [];
  const reached: string[] = [];
  if (action.state === 'proposed' && !silent) {
    const notice = noticeOf(action, publicUrl);
    for (const { notifier, to } of await toTell(tenant)) {
      try {
        await notifier.send(to, notice, `${id}:${planHash}`, AbortSignal.timeout(SEND_MS));
        reached.push(to);
      } catch (error) {
        failures.push(told(error).message);
      }
    }
  }
  const again = failures.length > 0 && tries + 1 < TRIES;
  await store.withTenants([tenant], async (tx) => {
    if (reached.length + failures.length > 0) {
      await tx.ledger.append(tenant, {
        actor: { kind: 'system', id: 'respond', version: '1' },
        onBehalfOf: null,
        type: 'action.notice_sent',
        subject: { kind: 'action', id, revision: action.planNumber },
        payload: { planHash, reached: reached.length, failures, again },
      });
    }
    await tx.response.noticeDue(tenant, id, again ? clock.now() + FIRST_WAIT * 2 ** tries : null, tries + 1);
  });
  return true;
}
