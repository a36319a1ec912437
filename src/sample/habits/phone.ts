import { hour } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import type { Person } from '../people.ts';
import type { Random } from '../random.ts';

/** Mail on the phone: from home in the morning and evening, from wherever they are between, now and then through a VPN service. */
export function signInPhone(estate: Estate, person: Person, random: Random, midnight: number, address: string): void {
  const times = random.int(1, 6);
  for (let i = 0; i < times; i++) {
    const at = midnight + (6.5 + random.float() * 16) * hour;
    const awake = at - midnight > person.arrives * hour && at - midnight < person.leaves * hour;
    const from = random.chance(0.05) ? estate.company.internet.hosting(random) : awake ? address : person.homeAddress;
    estate.sim.at(at, () => {
      estate.audit.signIn(
        person,
        random.chance(0.7) ? 'outlook' : 'teams',
        from,
        person.phoneAgent,
        undefined,
        random.chance(0.6),
      );
      if (random.chance(0.6))
        estate.audit.mailbox('MailItemsAccessed', person, from, 'Client=OutlookService;Outlook-iOS/2.0', []);
    });
  }
}
