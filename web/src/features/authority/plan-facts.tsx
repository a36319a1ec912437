import type { components } from '../../api/schema.js';
import { revealed } from '../../ui/reveal.ts';
import { Untrusted } from '../../ui/untrusted.tsx';
import { When } from '../../ui/when.tsx';
import classes from './authority.module.css';
import type { ActionDetail } from './queries.ts';

type Entity = components['schemas']['Entity'];

const json = (value: unknown) => <pre className={classes.plan}>{revealed(JSON.stringify(value, null, 2))}</pre>;

/** Exactly what an approval would be for. `held` is the plan that was read, whatever has come since. */
export function PlanFacts({ held }: { readonly held: ActionDetail['action'] }) {
  const { plan } = held;
  return (
    <dl className={classes.facts}>
      <dt>Impact</dt>
      <dd>{plan.impact}</dd>
      <dt>Undo</dt>
      <dd>{plan.undo === null ? 'cannot be undone' : <Untrusted text={plan.undo} clip={300} />}</dd>
      <dt>Carried out by</dt>
      <dd>
        <Untrusted text={plan.connector} clip={80} />
      </dd>
      <dt>Proposed by</dt>
      <dd>
        <Untrusted text={held.proposedBy.name} clip={80} /> <When at={held.proposedAt} />
      </dd>
      <dt>Affects</dt>
      <dd>
        <ul className={classes.list}>
          {plan.blastRadius.said.map((said) => (
            <li key={said}>
              <Untrusted text={said} clip={240} />
            </li>
          ))}
          {plan.blastRadius.affects.map(({ kind, value }: Entity) => (
            <li key={`${kind} ${value}`}>
              {kind} <Untrusted mono text={value} clip={120} />
            </li>
          ))}
        </ul>
      </dd>
      <dt>Exactly</dt>
      <dd>{json(plan.arguments)}</dd>
      <dt>State before</dt>
      <dd>{json(plan.before)}</dd>
    </dl>
  );
}

/** Who said yes to the plan in force, and whose word is still wanted. Counted by the plan's number: an old plan that comes back stays void. */
export function ApprovalFacts({ action, approvals }: Pick<ActionDetail, 'action' | 'approvals'>) {
  const inForce = approvals.filter(({ planNumber }) => planNumber === action.planNumber);
  const names = (of: 'provider' | 'customer') =>
    inForce.filter(({ speaksFor }) => speaksFor === of).map(({ by }) => revealed(by.name));
  const own = names('provider');
  const customer = names('customer');
  return (
    <dl className={classes.facts}>
      <dt>Approved by</dt>
      <dd>
        {own.join(', ') || 'nobody yet'} ({own.length} of {action.approvalsNeeded})
      </dd>
      {action.asked === 'customer' && (
        <>
          <dt>The customer</dt>
          <dd>{customer.length > 0 ? `said yes: ${customer.join(', ')}` : 'is asked as well and has not answered'}</dd>
        </>
      )}
      {action.reason !== '' && (
        <>
          <dt>Reason</dt>
          <dd>
            <Untrusted text={action.reason} clip={300} />
          </dd>
        </>
      )}
      {action.check !== null && (
        <>
          <dt>Seen</dt>
          <dd>
            {action.check.outcome}: <Untrusted text={action.check.saw} clip={300} />
          </dd>
        </>
      )}
    </dl>
  );
}
