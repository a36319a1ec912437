import { weights } from '../../score/index.ts';
import { type Answer, type Ask, EVIDENCE_LIMIT, quoted } from '../tool.ts';

const AROUND = 2 * 60 * 60_000;
const cloudAccountCall =
  /^(Create(User|AccessKey|LoginProfile|Role|PolicyVersion)|Attach(User|Role|Group)Policy|Put(User|Role|Group)Policy|AddUserToGroup|Update(LoginProfile|AssumeRolePolicy|AccessKey)|AddRoleToInstanceProfile|DeactivateMFADevice|Add member to|Add user|Update user|Add owner|Consent to)/i;

/** Did the story's people make or change accounts, keys or rights within two hours? */
export function accountChanges(ask: Ask): Answer | undefined {
  const { candidate, lake } = ask;
  const from = candidate.firstEventAt - AROUND;
  const to = candidate.lastEventAt + AROUND;
  const changes = new Map<string, string>();
  let looked = 0;
  for (const { kind, value } of candidate.entities.slice(0, 10)) {
    const facts =
      kind === 'user'
        ? lake.ofUser(value, from, to, 5000)
        : kind === 'cloud_principal'
          ? lake.ofPrincipal(value, from, to, 5000)
          : [];
    looked += facts.length;
    for (const { id, activity } of facts) {
      if (activity.outcome === 'failure') continue;
      const cloud = activity.kind === 'api_call' && cloudAccountCall.test(activity.action ?? '');
      if (cloud || activity.kind === 'account_change')
        changes.set(
          id,
          `${quoted(activity.action ?? 'account change', 60)}${activity.targetUser === undefined ? '' : ` (${quoted(activity.targetUser, 60)})`}`,
        );
    }
  }
  if (looked === 0) return undefined;
  const own = new Set(candidate.events);
  const fresh = [...changes].filter(([id]) => !own.has(id));
  const told = [...new Set(fresh.map(([, text]) => text))].slice(0, 6);
  return {
    query: { from, to, entities: candidate.entities.slice(0, 10).map(({ value }) => value) },
    answer:
      told.length === 0
        ? `No account, key or right was changed by them beyond what was detected (${looked} events read).`
        : `Beyond what was detected: ${told.join('; ')}.`,
    logOdds: told.length === 0 ? 0 : weights.accountChange,
    evidence: fresh.map(([id]) => id).slice(0, EVIDENCE_LIMIT),
  };
}
