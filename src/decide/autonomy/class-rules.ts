import type { Impact } from '../../contracts/action.ts';
import type { ClassSubject } from '../../contracts/autonomy.ts';
import type { Finding } from '../../contracts/finding.ts';
import type { Disposition } from '../../contracts/investigation.ts';
import type { Policy } from '../../contracts/policy.ts';
import { type ErrorImpact, TARGETS } from '../../reliability/index.ts';

/** What a threat of the family would already have reached when it is closed by mistake: what is not here is `medium`. */
const harm: Readonly<Record<string, ErrorImpact>> = {
  'credential-access': 'high',
  'lateral-movement': 'high',
  'privilege-escalation': 'high',
  persistence: 'high',
  collection: 'high',
  'command-and-control': 'high',
  exfiltration: 'high',
  impact: 'high',
  discovery: 'low',
  reconnaissance: 'low',
};

/** The error rate a class must stay below: the tenant's for its family, else by what an error would do. */
export function targetOf(family: string, subject: ClassSubject, impact: Impact, policy: Policy): number {
  return policy.errorTargets[family] ?? TARGETS[subject.does === 'act' ? impact : (harm[family] ?? 'medium')];
}

/** Whether the AI would do what the class does. */
export function wouldDo(subject: ClassSubject, finding: Pick<Finding, 'recommendation'>): boolean {
  const { disposition, actions } = finding.recommendation;
  if (subject.does === 'close') return disposition === subject.disposition;
  return disposition === 'threat' && actions.some(({ kind }) => kind === subject.kind);
}

/**
 * Whether doing it would have been wrong: closing what people call `threat` or `inconclusive`, acting on what they do not call `threat`. Closing
 * `false_positive` as `benign` is no error.
 */
export function isWrong(subject: ClassSubject, verdict: Disposition): boolean {
  return subject.does === 'close' ? verdict === 'threat' || verdict === 'inconclusive' : verdict !== 'threat';
}

/** Whether the AI would have put it aside, under whatever class. */
export function wouldClose(disposition: Disposition): boolean {
  return disposition === 'benign' || disposition === 'false_positive';
}
