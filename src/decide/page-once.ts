import type { Finding } from '../contracts/finding.ts';
import { plainText } from '../contracts/plain-text.ts';
import type { Page } from '../contracts/rota.ts';
import { BridgewatchError } from '../kernel/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Notice, Notifier } from '../ports/notifier.ts';
import type { StateStore, StateTx, StoredFinding } from '../ports/state-store.ts';
import { detectorSeverity } from './blind.ts';
import { duePages, type Unacknowledged } from './paging.ts';

/** After so many tries the person is unreachable, and the next step of the escalation stands for them. */
const MOST_TRIES = 5;
/** One page is a message, not a session. */
const SEND_WITHIN_MS = 20_000;
const FINDINGS_A_READ = 500;
const TITLE_LIMIT = 120;

export interface PagingParts {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly notifier: Notifier;
  /** Page of the console that shows a finding; null where people reach the server by no address. */
  readonly linkTo: (tenant: string, finding: string) => string | null;
  /** Told of pages that could not be sent. */
  readonly warn: (message: string) => void;
}

/**
 * Pages whoever is due, of one tenant: on the ledger and in the store before anything is sent, so that two processes, or a crash in
 * between, send no step twice under different keys. What failed is tried again at the next call. The host calls it every half minute.
 */
export async function pageOnce(parts: PagingParts, tenant: string): Promise<{ sent: number; failed: number }> {
  const { store, clock, notifier, warn } = parts;
  const unsent = await store.withTenants([tenant], async (tx) => {
    await plan(tx, clock, tenant);
    const pages = await tx.review.unsentPages(tenant, MOST_TRIES);
    const open = new Map<string, StoredFinding>();
    for (const { finding } of pages) {
      const stored = await tx.findings.get(tenant, finding);
      if (stored !== null) open.set(finding, stored);
    }
    const desks = await tx.review.desks(tenant, [...open.keys()]);
    // Opened or decided meanwhile: nobody needs to be woken.
    const wanted = ({ finding }: Page) =>
      open.get(finding)?.status === 'open' && desks.get(finding)?.acknowledged === null;
    return pages.filter(wanted).map((page) => ({ page, finding: open.get(page.finding)?.finding }));
  });
  const count = { sent: 0, failed: 0 };
  for (const { page, finding } of unsent) {
    if (finding === undefined) continue;
    const key = `page-${tenant}-${page.finding}-${page.step}`;
    const notice = noticeOf(finding, page.step, parts.linkTo(tenant, page.finding));
    let sentAt: number | null = null;
    try {
      await notifier.send(page.contact, notice, key, AbortSignal.timeout(SEND_WITHIN_MS));
      sentAt = clock.now();
      count.sent++;
    } catch (error) {
      count.failed++;
      warn(`page ${key} was not taken: ${error instanceof Error ? error.message : String(error)}`);
    }
    await store.withTenants([tenant], (tx) => tx.review.pageTried(tenant, page.finding, page.step, sentAt));
  }
  return count;
}

/** Writes down whom to page now. */
async function plan(tx: StateTx, clock: Clock, tenant: string): Promise<void> {
  const now = clock.now();
  const shifts = await tx.review.shifts(tenant, now);
  if (shifts.length === 0) return;
  const findings = await unacknowledged(tx, tenant);
  const { policy } = await tx.policy.get(tenant);
  const paged = await tx.review.pages(
    tenant,
    findings.map(({ finding }) => finding),
  );
  for (const page of duePages(now, policy.acknowledgeWithin, findings, shifts, paged)) {
    await tx.ledger.append(tenant, {
      actor: { kind: 'system', id: 'paging', version: '' },
      onBehalfOf: null,
      type: 'finding.paged',
      subject: { kind: 'finding', id: page.finding, revision: null },
      payload: { account: page.account, step: page.step },
    });
    if (await tx.review.addPage({ ...page, sentAt: null, tries: 0 })) continue;
    throw new BridgewatchError(
      'PAGING_TAKEN',
      `step ${page.step} of finding "${page.finding}" was taken by another process meanwhile; the next look goes on from there`,
      409,
    );
  }
}

async function unacknowledged(tx: StateTx, tenant: string): Promise<readonly Unacknowledged[]> {
  const found: Unacknowledged[] = [];
  let cursor: string | null = null;
  do {
    const page = await tx.findings.page(tenant, { status: 'open' }, cursor, FINDINGS_A_READ);
    const ids = page.items.map(({ finding }) => finding.id);
    const desks = await tx.review.desks(tenant, ids);
    const withheld = await tx.review.withheld(tenant, { account: '', reviews: false, adjudicates: false }, ids);
    for (const { finding, visibleAt } of page.items) {
      const desk = desks.get(finding.id);
      if (desk === undefined || desk.acknowledged !== null) continue;
      const severity = withheld.has(finding.id) ? detectorSeverity(finding) : finding.severity;
      found.push({ finding: finding.id, visibleAt, severity, waits: desk.waits });
    }
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

/** Says that somebody must look, not what the AI thinks. Titles name what telemetry named: plain, and short. */
function noticeOf(finding: Finding, step: number, link: string | null): Notice {
  const title = plainText(finding.title, TITLE_LIMIT);
  return {
    subject: `Finding waits for you: ${title}`,
    text: [
      `Nobody has opened this finding in time: ${title}`,
      step === 0 ? 'You are first on call.' : `${step} before you did not open it.`,
      'Opening it in the console ends the paging.',
    ].join('\n'),
    link,
  };
}
