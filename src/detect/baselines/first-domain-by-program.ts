import { firstSeen } from './first-seen.ts';

/** Domains by program, by their last labels. */
export const domainByProgram = firstSeen({
  name: 'first-domain-by-program',
  title: 'A program that asks for a domain new to it',
  level: 'low',
  techniques: ['T1071.004'],
  tactics: ['command-and-control'],
  falsePositives: ['A vendor changes its domains'],
  kinds: ['dns'],
  whose: 'program',
  read: ({ image, domain }) =>
    image === undefined || domain === undefined ? undefined : { who: image, value: registered(domain) },
  what: ({ image, domain, host }, hosts) =>
    `${image} on any of ${hosts} hosts asked for ${domain} (on ${host ?? 'an unnamed host'})`,
  limit: 734000,
});

/** The last two labels, three where the second is as short as `co` in `co.uk`. */
function registered(domain: string): string {
  const labels = domain.split('.');
  return labels.slice((labels.at(-2)?.length ?? 9) <= 3 ? -3 : -2).join('.');
}
