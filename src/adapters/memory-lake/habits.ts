import type { Activity } from '../../contracts/event.ts';
import { baseName, isBuiltInAccount } from '../../contracts/names.ts';
import type { Prevalence } from '../../ports/event-lake.ts';
import { Spread } from './spread.ts';

/** The pairs that are counted: what was seen, and where. */
export const habitKinds = [
  'image',
  'lineage',
  'call',
  'address',
  'own-address',
  'caller',
  'host-user',
  'host',
] as const;
export type HabitKind = (typeof habitKinds)[number];

/** What is usual in a tenant: which things were seen on how many hosts, or by how many principals. */
export class Habits {
  readonly #spreads: Readonly<Record<HabitKind, Spread>> = {
    image: new Spread(),
    lineage: new Spread(),
    call: new Spread(),
    address: new Spread(),
    'own-address': new Spread(),
    caller: new Spread(),
    'host-user': new Spread(),
    host: new Spread(),
  };

  /** Adds what one event shows. */
  see(activity: Activity): void {
    const { host, user, principal } = activity;
    if (host !== undefined) this.#seeOnHost(host, activity);
    const caller = principal ?? (host === undefined ? user : undefined);
    // Failures do not make an address a gateway: a spray fails as many accounts.
    if (caller !== undefined && activity.sourceAddress !== undefined && activity.outcome !== 'failure')
      this.add('caller', activity.sourceAddress, caller);
    if (principal !== undefined && activity.action !== undefined) this.add('call', activity.action, principal);
  }

  #seeOnHost(host: string, activity: Activity): void {
    this.add('host', '', host);
    if (activity.user !== undefined && !isBuiltInAccount(activity.user)) this.add('host-user', host, activity.user);
    if (activity.kind === 'process_start' && activity.process?.image !== undefined) {
      const image = baseName(activity.process.image);
      this.add('image', image, host);
      if (activity.parent?.image !== undefined) this.add('lineage', lineage(activity.parent.image, image), host);
    }
    if (activity.kind === 'network') {
      if (activity.remoteAddress !== undefined) this.add('address', activity.remoteAddress, host);
      if (activity.sourceAddress !== undefined) this.add('own-address', activity.sourceAddress, host);
    }
  }

  /** Adds sightings that were counted elsewhere. */
  add(kind: HabitKind, thing: string, place: string, times = 1): void {
    this.#spreads[kind].see(thing, place, times);
  }

  imagePrevalence(image: string): Prevalence {
    return this.#spreads.image.of(baseName(image));
  }

  lineagePrevalence(parentImage: string, image: string): Prevalence {
    return this.#spreads.lineage.of(lineage(parentImage, image));
  }

  callPrevalence(action: string): Prevalence {
    return this.#spreads.call.of(action);
  }

  addressPrevalence(address: string): Prevalence {
    return this.#spreads.address.of(address);
  }

  callerPrevalence(address: string): Prevalence {
    return this.#spreads.caller.of(address);
  }

  usersOn(host: string): number {
    return this.#spreads['host-user'].of(host).seenOn;
  }

  hostCount(): number {
    return this.#spreads.host.places;
  }

  hostAt(address: string): string | undefined {
    return this.#spreads['own-address'].only(address);
  }
}

/** `winword.exe>cmd.exe` */
function lineage(parentImage: string, image: string): string {
  return `${baseName(parentImage)}>${baseName(image)}`;
}
