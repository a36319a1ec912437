import { hour, second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import { Plot } from '../plot.ts';
import type { Random } from '../random.ts';
import { Chapter } from '../truth.ts';
import type { Process } from '../windows/host.ts';
import { image } from '../windows/images.ts';
import { connect, run, visit } from '../windows/sysmon.ts';
import { discover, stealCredentials } from './credentials.ts';
import { victim } from './delivery.ts';
import { type Foothold, gainFoothold, persist } from './foothold.ts';
import { moveTo } from './lateral.ts';
import { cover, exfiltrate, stage } from './theft.ts';

/** A mail attachment leads to a workstation, stolen credentials, a file server and stolen files. */
export function plantPhishing(estate: Estate, random: Random, midnight: number): void {
  const { sim } = estate;
  const chapter = new Chapter('intrusion', 'phishing', 'Phishing to file server');
  const plot = new Plot(sim, chapter, random, midnight + (9.4 + random.float() * 1.9) * hour);
  let held: Foothold | undefined;
  let beachhead: Process | undefined;
  const server = random.chance(0.7) ? estate.servers.files : estate.servers.archive;
  let archive = '';
  let target = server;
  /** An act on the workstation, once there is a foothold and while its user is logged on. */
  const there = (act: (foothold: Foothold) => void) => (): void => {
    if (held?.host.console !== undefined) act(held);
  };
  plot.next(0, 1, () => {
    const found = victim(estate, plot);
    if (found === undefined) return;
    chapter.involve(found.person.login);
    held = gainFoothold(estate, plot, found.host, found.person);
  });
  const calls = random.int(1, 5);
  for (let i = 0; i < calls; i++)
    plot.next(
      3,
      9,
      there((foothold) => callHome(plot, foothold)),
    );
  plot.maybe(
    0.85,
    1,
    6,
    there((foothold) => persist(plot, foothold)),
  );
  plot.next(
    3,
    15,
    there((foothold) => discover(plot, foothold)),
  );
  const course = random.weighted([
    ['server', 6],
    ['found-password', 2],
    ['workstation', 2],
  ] as const);
  if (course !== 'found-password')
    plot.next(
      6,
      25,
      there((foothold) => stealCredentials(plot, foothold)),
    );
  plot.next(
    8,
    30,
    there((foothold) => {
      if (course === 'workstation') {
        target = foothold.host;
        beachhead = foothold.implant;
      } else {
        target = server;
        beachhead = moveTo(estate, plot, foothold, server);
      }
    }),
  );
  plot.maybe(0.7, 1, 5, () => {
    if (beachhead === undefined || target !== server) return;
    for (const line of random
      .shuffled(['dir D:\\Shares /s /b', 'net share', 'whoami', 'dir D:\\Shares\\Finance'])
      .slice(0, random.int(1, 2))) {
      run(sim, target, beachhead, image('cmd'), `cmd.exe /c ${line}`, 3 * second);
      sim.pass(random.int(2, 40) * second);
    }
    chapter.tell('It looked through the shares.', 'T1083', 'T1135');
  });
  plot.next(4, 20, () => {
    if (beachhead !== undefined && (target === server || target.console !== undefined))
      archive = stage(plot, target, beachhead);
  });
  plot.next(3, 15, () => {
    if (beachhead !== undefined && (target === server || target.console !== undefined))
      exfiltrate(estate, plot, target, beachhead, archive);
  });
  plot.maybe(0.35, 1, 8, () => {
    if (beachhead !== undefined && (target === server || target.console !== undefined))
      cover(plot, target, beachhead, archive);
  });
}

function callHome(plot: Plot, { host, implant, site }: Foothold): void {
  if (plot.random.chance(0.3)) visit(plot.sim, host, implant, site);
  else connect(plot.sim, host, implant, { address: plot.random.pick(site.addresses), port: 443 });
}
