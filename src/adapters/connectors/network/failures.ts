import { BridgewatchError } from '../../../kernel/errors.ts';

/** How far a request had come when it failed. */
export interface Progress {
  /** Something of it may have reached the other side. */
  sent: boolean;
  /** Another try does no harm even if this one acted. */
  readonly repeatable: boolean;
}

/**
 * A failed request as its caller must see it. What may have acted and must not act twice is `CONNECTOR_OUTCOME_UNKNOWN`, which no
 * retry answers; the rest is `CONNECTOR_TIMEOUT` or `CONNECTOR_UNREACHABLE`. Names the place and the system's code, nothing else:
 * texts of other sides may hold anything.
 */
export function requestFailure(
  place: string,
  error: unknown,
  progress: Progress,
  signal: AbortSignal,
): BridgewatchError {
  const coded = ownError(error);
  if (coded !== null) return coded;
  const why = signal.aborted ? 'the time was over' : (codeOf(error) ?? 'the connection failed');
  if (progress.sent && !progress.repeatable) return outcomeUnknown(place, why);
  if (signal.aborted || /TIMEOUT|TIMEDOUT/.test(why)) {
    return new BridgewatchError(
      'CONNECTOR_TIMEOUT',
      `${place} did not answer in time (${why}); another try may help`,
      504,
    );
  }
  return unreachable(place, why);
}

export function refused(what: string): BridgewatchError {
  return new BridgewatchError('CONNECTOR_REFUSED', `the connector may not connect to ${what}`, 400);
}

export function unreachable(place: string, why: string): BridgewatchError {
  return new BridgewatchError(
    'CONNECTOR_UNREACHABLE',
    `${place} cannot be reached (${why}); another try may help`,
    502,
  );
}

export function outcomeUnknown(place: string, why: string): BridgewatchError {
  return new BridgewatchError(
    'CONNECTOR_OUTCOME_UNKNOWN',
    `${place} was asked, and whether it acted is not known (${why}); a person must look before it is asked again`,
    502,
  );
}

function ownError(error: unknown): BridgewatchError | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at instanceof BridgewatchError) return at;
    if (at instanceof AggregateError) {
      const own = at.errors.find((each) => each instanceof BridgewatchError);
      if (own instanceof BridgewatchError) return own;
    }
  }
  return null;
}

function codeOf(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(at.code)) return at.code;
  }
  return null;
}
