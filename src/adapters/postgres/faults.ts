import { BridgewatchError } from '../../kernel/errors.ts';

interface Fault {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

const unapproved: Fault = {
  code: 'STATE_ACTION_UNAPPROVED',
  status: 409,
  message: 'Whoever must approve the action has not approved the plan it has now',
};

/** What PostgreSQL says, by SQLSTATE; where the constraint decides, by `SQLSTATE constraint`, or what `detail` makes of it. */
const faults: Readonly<Record<string, Fault>> = {
  '42501 policy': {
    code: 'STATE_TENANT_NOT_VISIBLE',
    status: 403,
    message: 'The row belongs to a tenant this transaction was not opened for',
  },
  '22021': { code: 'STATE_TEXT_NUL', status: 400, message: 'Text may not contain the NUL character' },
  '23503': {
    code: 'STATE_UNKNOWN_FINDING',
    status: 404,
    message: 'The finding, or that revision of it, does not exist',
  },
  '23503 tenant': { code: 'STATE_UNKNOWN_TENANT', status: 404, message: 'The tenant does not exist; create it first' },
  '23505 idempotency_keys_pkey': {
    code: 'STATE_IDEMPOTENCY_TAKEN',
    status: 409,
    message: 'Another request with this Idempotency-Key was answered meanwhile; repeat to get its answer',
  },
  '23505 determinations_pkey': {
    code: 'STATE_DETERMINATION_EXISTS',
    status: 409,
    message: 'A determination with this id is on record already',
  },
  '23505 actions_open': {
    code: 'ACTION_OPEN_ALREADY',
    status: 409,
    message: 'The same action on the same target is open for this finding already; decide on that one',
  },
  '23503 actions_approved_by_fkey': unapproved,
  '23503 actions_approved_also_by_fkey': unapproved,
  '23503 actions_customer_approved_by_fkey': unapproved,
  '23514 actions_cleared': unapproved,
  '23514 actions_two_people': unapproved,
  '23514 actions_customer_asked': unapproved,
  '23514 actions_grant_bounded': {
    code: 'STATE_GRANT_UNBOUNDED',
    status: 409,
    message:
      'No grant reaches an action of more than low impact, one that cannot be undone, or one asked of the customer',
  },
  '40001': { code: 'STATE_BUSY', status: 503, message: 'Another transaction got in the way; repeat' },
  '57014': {
    code: 'STATE_TIMEOUT',
    status: 503,
    message: 'A statement took too long and was undone with its transaction',
  },
  '25P03': {
    code: 'STATE_TIMEOUT',
    status: 503,
    message: 'A transaction did nothing for too long and was undone',
  },
  '42P01': {
    code: 'STATE_SCHEMA_OLDER',
    status: 409,
    message: 'The store is of an older version of Bridgewatch; start the server of this version on it once',
  },
  '40P01': { code: 'STATE_BUSY', status: 503, message: 'Another transaction got in the way; repeat' },
};

const unavailable = /^(08|57P|53)/;
/** What node-postgres says, without a code, of a connection that went away. */
const unavailableMessage =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect)/;
const networkCalls = new Set(['connect', 'read', 'write', 'getaddrinfo']);
const unavailableSystem = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);

interface DatabaseError {
  /** '' where node-postgres gives none. */
  readonly code: string;
  readonly constraint: string | undefined;
  readonly message: string;
}

/** The database's own error inside whatever drizzle wrapped around it. */
function databaseError(error: unknown): DatabaseError | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    // A file that the caller's own work did not find is no business of the database.
    if ('syscall' in at && !networkCalls.has(String(at.syscall))) return null;
    if ('code' in at && typeof at.code === 'string') {
      const constraint = 'constraint' in at && typeof at.constraint === 'string' ? at.constraint : undefined;
      return { code: at.code, constraint, message: at.message };
    }
    if (unavailableMessage.test(at.message)) return { code: '', constraint: undefined, message: at.message };
  }
  return null;
}

/** The second half of a key of `faults`. */
function detail({ constraint, message }: DatabaseError): string | undefined {
  if (constraint !== undefined) return constraint.endsWith('tenant_id_fkey') ? 'tenant' : constraint;
  return message.includes('row-level security') ? 'policy' : undefined;
}

/** The error a caller of the store gets: ours with a stable code where we know what it means, else as it came. */
export function stateError(error: unknown): unknown {
  if (error instanceof BridgewatchError) return error;
  const found = databaseError(error);
  if (found === null) return error;
  const fault = faults[`${found.code} ${detail(found)}`] ?? faults[found.code];
  if (fault !== undefined) {
    return new BridgewatchError(fault.code, `${fault.message} (${found.message})`, fault.status, { cause: error });
  }
  if (found.code === '' || unavailable.test(found.code) || unavailableSystem.has(found.code)) {
    return new BridgewatchError('STATE_UNAVAILABLE', `The database does not answer: ${found.message}`, 503, {
      cause: error,
    });
  }
  return error;
}
