import type { Internet } from './internet.ts';
import { familyNames, firstNames } from './names.ts';
import type { Random } from './random.ts';

export type Role =
  | 'engineering'
  | 'development'
  | 'design'
  | 'sales'
  | 'finance'
  | 'hr'
  | 'executive'
  | 'it-admin'
  | 'helpdesk'
  | 'contractor';

/** Shares of a 60-person firm; IT, helpdesk, finance and HR exist in any size. */
const shares: readonly (readonly [Role, number, number])[] = [
  ['it-admin', 2, 1],
  ['helpdesk', 2, 1],
  ['development', 7, 1],
  ['finance', 5, 1],
  ['hr', 3, 1],
  ['executive', 4, 1],
  ['sales', 8, 1],
  ['design', 8, 0],
  ['contractor', 3, 0],
  ['engineering', 18, 0],
];

const browsers = ['Chrome/122.0.0.0', 'Chrome/121.0.0.0', 'Chrome/122.0.0.0', 'Chrome/122.0.0.0 Edg/122.0.2365.66'];

/** Someone who works here, with the habits everything they do follows. Hours are hours of the day, UTC. */
export interface Person {
  readonly index: number;
  readonly name: string;
  /** Account name in the domain. */
  readonly login: string;
  readonly mail: string;
  readonly sid: string;
  readonly objectId: string;
  readonly role: Role;
  readonly site: number;
  readonly arrives: number;
  readonly lunch: number;
  readonly leaves: number;
  /** How often something is done, relative to others. */
  readonly pace: number;
  readonly shutsDown: boolean;
  /** Works from home on these weekdays (0 is Sunday). */
  readonly homeDays: readonly number[];
  readonly homeAddress: string;
  readonly userAgent: string;
  readonly phoneAgent: string;
  /** How likely a password is mistyped. */
  readonly clumsy: number;
  readonly worksLate: number;
  readonly project: string;
  /** The separate account for administration, for those who have one. */
  readonly admin: { readonly login: string; readonly sid: string } | undefined;
}

export function makePeople(
  random: Random,
  count: number,
  domainSid: string,
  mailDomain: string,
  internet: Internet,
): Person[] {
  const roles: Role[] = [];
  for (const [role, share, least] of shares) {
    const wanted = Math.max(least, Math.round((share * count) / 60));
    for (let i = 0; i < wanted && roles.length < count; i++) roles.push(role);
  }
  while (roles.length < count) roles.push('engineering');
  const taken = new Set<string>();
  return roles.map((role, index) => person(random, role, index, taken, domainSid, mailDomain, internet));
}

const projects = [
  'harbour-bridge',
  'north-quay',
  'stadium-roof',
  'river-lock',
  'rail-depot',
  'wind-yard',
  'data-hall',
  'ring-road',
];

function person(
  random: Random,
  role: Role,
  index: number,
  taken: Set<string>,
  domainSid: string,
  mailDomain: string,
  internet: Internet,
): Person {
  let first = '';
  let family = '';
  let login = '';
  do {
    first = random.pick(firstNames);
    family = random.pick(familyNames);
    login = `${first.charAt(0)}${family}`.toLowerCase();
  } while (taken.has(login));
  taken.add(login);
  const arrives = random.around(role === 'development' ? 9.2 : role === 'executive' ? 7.9 : 8.6, 0.7);
  const browser = random.pick(browsers);
  return {
    index,
    name: `${first} ${family}`,
    login,
    mail: `${first}.${family}@${mailDomain}`.toLowerCase(),
    sid: `${domainSid}-${1110 + index * 3 + random.int(0, 2)}`,
    objectId: random.guid(),
    role,
    site: random.weighted([
      [0, 6],
      [1, 3],
      [2, 1],
    ]),
    arrives,
    lunch: random.around(12.4, 0.5),
    leaves: arrives + random.around(role === 'executive' ? 9.6 : 8.7, 0.6),
    pace: Math.max(0.55, random.around(1, 0.35)),
    shutsDown: random.chance(0.55),
    homeDays: random.chance(0.5) ? [random.int(1, 5), random.int(1, 5)] : [],
    homeAddress: internet.home(random),
    userAgent: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ${browser} Safari/537.36`,
    phoneAgent: random.pick([
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 Mobile/15E148 Safari/604.1',
      'Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Mobile Safari/537.36',
    ]),
    clumsy: random.float() * 0.05 + 0.005,
    worksLate: random.chance(0.2) ? 0.35 : 0.06,
    project: random.pick(projects),
    admin:
      role === 'it-admin' || role === 'helpdesk'
        ? { login: `adm-${login}`, sid: `${domainSid}-${2200 + index}` }
        : undefined,
  };
}
