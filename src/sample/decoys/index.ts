import { hour } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import { Plot } from '../plot.ts';
import type { Random } from '../random.ts';
import { Chapter } from '../truth.ts';
import { internalForward, pipedInstaller, rootForBilling, suddenTraveller, supplierUser } from './cloud.ts';
import { directoryAudit, encodedReport, manyResets, retiredServer, vendorDump } from './endpoint.ts';

const decoys: readonly (readonly [id: string, name: string, play: (estate: Estate, plot: Plot) => void])[] = [
  ['vendor-dump', 'Process dump for a vendor', vendorDump],
  ['retired-server', 'Log cleared on a retired server', retiredServer],
  ['encoded-report', 'Encoded PowerShell report', encodedReport],
  ['directory-audit', 'Directory audit', directoryAudit],
  ['many-resets', 'Row of password resets', manyResets],
  ['sudden-traveller', 'Sign-in from a new country', suddenTraveller],
  ['root-billing', 'Root sign-in for billing', rootForBilling],
  ['supplier-user', 'User for a supplier', supplierUser],
  ['internal-forward', 'Mail forwarded inside', internalForward],
  ['piped-installer', 'Installer piped into bash', pipedInstaller],
];

/** Harmless things that look bad: most of the list on the day, in working hours. */
export function plantDecoys(estate: Estate, random: Random, midnight: number, suffix: string): void {
  for (const [id, name, play] of random.shuffled(decoys).slice(0, random.int(6, decoys.length))) {
    const fork = random.fork(id);
    play(
      estate,
      new Plot(
        estate.sim,
        new Chapter('decoy', `${id}${suffix}`, name),
        fork,
        midnight + (9.2 + fork.float() * 6.5) * hour,
      ),
    );
  }
}
