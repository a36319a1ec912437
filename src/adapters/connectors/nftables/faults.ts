import { BridgewatchError } from '../../../kernel/errors.ts';

export const refused = (message: string, cause?: unknown): BridgewatchError =>
  new BridgewatchError('CONNECTOR_REFUSED', message, 502, { cause });

export const unreachable = (message: string, cause?: unknown): BridgewatchError =>
  new BridgewatchError('CONNECTOR_UNREACHABLE', message, 502, { cause });

export const timedOut = (message: string, cause?: unknown): BridgewatchError =>
  new BridgewatchError('CONNECTOR_TIMEOUT', message, 504, { cause });

export const protectedTarget = (message: string): BridgewatchError =>
  new BridgewatchError('CONNECTOR_PROTECTED', message, 409);

export const invalidOrder = (message: string): BridgewatchError =>
  new BridgewatchError('CONNECTOR_ORDER_INVALID', message, 400);

export const unknownTarget = (message: string): BridgewatchError =>
  new BridgewatchError('CONNECTOR_TARGET_UNKNOWN', message, 404);
