import type { JsonObject } from '../../../contracts/event.ts';
import type { SourceRef } from '../../../contracts/source.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Intake } from '../../intake.ts';
import type { IngestLimits } from '../../limits.ts';
import type { Reject } from '../../reject.ts';

export interface NatsDoorOptions {
  readonly source: SourceRef;
  /** `nats://host:4222`, `tls://host:4222`. */
  readonly servers: readonly string[];
  /** The stream that is read, and of it the subjects of this filter (`logs.>`); all where absent. */
  readonly stream: string;
  readonly subject?: string;
  /** Durable pull consumer: it is made where it is not there. */
  readonly consumer: string;
  /** A `.creds` file: user JWT and NKey seed. */
  readonly credentialsFile?: string;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  readonly intake: Intake;
  readonly clock: Clock;
  readonly limits?: Partial<IngestLimits>;
  /** Text that is no JSON as a record; without it such lines are refused. */
  readonly readText?: (text: string, receivedAt: number) => JsonObject;
  readonly onReject?: (reject: Reject) => void;
  readonly warn: (message: string) => void;
  /** Milliseconds after which the server gives a message again that was not acknowledged; 30,000 unless told. */
  readonly ackWaitMs?: number;
}
