import { outsideDomain } from './names.ts';
import type { Random } from './random.ts';

/** A name outside and where it points. */
export interface Site {
  readonly domain: string;
  readonly addresses: readonly string[];
}

/** Where addresses are: country, city, number of the autonomous system. */
export interface Place {
  readonly country: string;
  readonly city: string;
  readonly system: number;
}

const place = (country: string, city: string, system: number): Place => ({ country, city, system });

const hosting: Readonly<Record<string, Place>> = {
  '45.76': place('GB', 'London', 20473),
  '51.83': place('FR', 'Gravelines', 16276),
  '65.109': place('FI', 'Helsinki', 24940),
  '95.217': place('FI', 'Helsinki', 24940),
  '104.238': place('NL', 'Amsterdam', 20473),
  '116.203': place('DE', 'Nuremberg', 24940),
  '139.162': place('GB', 'London', 63949),
  '146.190': place('US', 'Santa Clara', 14061),
  '159.69': place('DE', 'Falkenstein', 24940),
  '167.99': place('GB', 'Slough', 14061),
  '172.104': place('SG', 'Singapore', 63949),
  '185.199': place('NL', 'Amsterdam', 47583),
  '188.166': place('NL', 'Amsterdam', 14061),
  '194.36': place('CH', 'Zurich', 51852),
};
const home: Readonly<Record<string, Place>> = {
  '81.104': place('GB', 'Leeds', 5089),
  '82.31': place('GB', 'Bristol', 5089),
  '86.12': place('GB', 'Leeds', 5089),
  '86.139': place('GB', 'Bradford', 2856),
  '90.208': place('GB', 'Bristol', 5607),
  '92.40': place('GB', 'Leeds', 206067),
  '109.155': place('GB', 'York', 2856),
  '2.27': place('GB', 'Bath', 12576),
};
const travel: Readonly<Record<string, Place>> = {
  '91.12': place('DE', 'Hamburg', 3320),
  '79.200': place('DE', 'Munich', 3320),
  '83.45': place('ES', 'Madrid', 3352),
  '88.14': place('ES', 'Bilbao', 3352),
  '73.162': place('US', 'San Jose', 7922),
  '24.60': place('US', 'Boston', 7922),
  '94.200': place('AE', 'Dubai', 15802),
  '86.98': place('AE', 'Dubai', 5384),
  '83.6': place('PL', 'Warsaw', 5617),
  '116.86': place('SG', 'Singapore', 4773),
};
const places: Readonly<Record<string, Place>> = { ...hosting, ...home, ...travel };
const hostingNets = Object.keys(hosting);
const homeNets = Object.keys(home);
const travelNets = Object.keys(travel);
const cloudNets = [
  '13.107',
  '20.190',
  '20.54',
  '23.45',
  '34.120',
  '40.126',
  '52.98',
  '52.113',
  '104.18',
  '142.250',
  '151.101',
  '172.217',
];

/** Where an address is, as a geolocation service would say; the sample knows its own networks only. */
export function whereIs(address: string): Place {
  return places[address.split('.', 2).join('.')] ?? place('US', 'Redmond', 8075);
}

const office = [
  'outlook.office365.com',
  'login.microsoftonline.com',
  'teams.microsoft.com',
  'graph.microsoft.com',
  'substrate.office.com',
  'officeclient.microsoft.com',
  'ecs.office.com',
  'corvane.sharepoint.example',
];
const platform = [
  'settings-win.data.microsoft.com',
  'v10.events.data.microsoft.com',
  'ctldl.windowsupdate.com',
  'fe3cr.delivery.mp.microsoft.com',
  'slscr.update.microsoft.com',
  'wdcp.microsoft.com',
  'www.msftconnecttest.com',
  'ocsp.digicert.com',
  'update.googleapis.com',
];
const popular = [
  'www.google.com',
  'www.bbc.co.uk',
  'github.com',
  'api.github.com',
  'registry.npmjs.org',
  'pypi.org',
  'stackoverflow.com',
  'www.linkedin.com',
  'www.youtube.com',
  'fonts.gstatic.com',
  'www.gov.uk',
  'www.autodesk.com',
  'cdn.jsdelivr.net',
  'raw.githubusercontent.com',
  'registry-1.docker.io',
];

/** The world outside the company: names, addresses, and who is reached from where. */
export class Internet {
  readonly office: readonly Site[];
  readonly platform: readonly Site[];
  readonly popular: readonly Site[];
  /** The long tail: seldom visited, some only once. */
  readonly longTail: readonly Site[];
  readonly #sites = new Map<string, Site>();

  constructor(random: Random) {
    const site = (domain: string, nets: readonly string[]): Site => {
      const addresses = Array.from({ length: random.int(1, 3) }, () => addressIn(random, nets));
      const made = { domain, addresses };
      this.#sites.set(domain, made);
      return made;
    };
    this.office = office.map((domain) => site(domain, cloudNets));
    this.platform = platform.map((domain) => site(domain, cloudNets));
    this.popular = popular.map((domain) => site(domain, cloudNets));
    this.longTail = Array.from({ length: 420 }, () =>
      site(outsideDomain(random), random.chance(0.6) ? hostingNets : cloudNets),
    );
  }

  site(domain: string): Site {
    const known = this.#sites.get(domain);
    if (known === undefined) throw new RangeError(`no such site in the sample's internet: ${domain}`);
    return known;
  }

  /** A name nobody in the company has visited: people come upon such names every day, intruders use them too. */
  newcomer(random: Random): Site {
    let domain = outsideDomain(random);
    while (this.#sites.has(domain)) domain = outsideDomain(random);
    return { domain, addresses: [addressIn(random, random.chance(0.8) ? hostingNets : cloudNets)] };
  }

  hosting(random: Random): string {
    return addressIn(random, hostingNets);
  }

  home(random: Random): string {
    return addressIn(random, homeNets);
  }

  abroad(random: Random): { country: string; address: string } {
    const address = addressIn(random, travelNets);
    return { country: whereIs(address).country, address };
  }
}

function addressIn(random: Random, nets: readonly string[]): string {
  return `${random.pick(nets)}.${random.int(1, 254)}.${random.int(2, 250)}`;
}
