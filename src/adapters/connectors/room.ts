import type { Clock } from '../../ports/clock.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { Network } from './network/network.ts';

/** What connectors stand on, whatever their type. */
export interface ConnectorRoom {
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly network: Network;
  /** Where people reach the console, such as `https://soc.example.org`; null where it has no address to give. */
  readonly consoleUrl: string | null;
}

/** The room with whose connector it is. */
export interface ConnectorGround extends ConnectorRoom {
  readonly tenant: string;
}
