import { day, isoTime, isWorkday, lastWorkday } from './calendar.ts';
import { makeCompany } from './company.ts';
import { plantDecoys } from './decoys/index.ts';
import { makeEstate } from './estate.ts';
import { planDay } from './habits/day.ts';
import { plantCloudTakeover } from './intrusions/cloud.ts';
import { plantPhishing } from './intrusions/phishing.ts';
import { plantServerBreach } from './intrusions/server.ts';
import { awsLife } from './noise/aws.ts';
import { deployments, remoteCommands, scans, selfInstalled } from './noise/deployment.ts';
import { identityLife, newcomers } from './noise/identity.ts';
import { linuxLife } from './noise/linux.ts';
import { serverLife } from './noise/servers.ts';
import { windowsUpdates } from './noise/updates.ts';
import { readOptions, type SampleOptions } from './options.ts';
import { type SampleLine, Simulation } from './simulation.ts';
import type { GroundTruth } from './truth.ts';

/** Everything that goes on without anybody's day being planned for it. */
const lives = [
  serverLife,
  deployments,
  remoteCommands,
  scans,
  selfInstalled,
  linuxLife,
  awsLife,
  identityLife,
  newcomers,
  windowsUpdates,
] as const;

const intrusions = [
  ['phishing', plantPhishing],
  ['cloud', plantCloudTakeover],
  ['server', plantServerBreach],
] as const;

/** A sample being generated: its lines, once, in time order over all files; and what was planted, known when they end. */
export interface Sample {
  readonly lines: Iterable<SampleLine>;
  /** Complete only after `lines` has been read to its end. */
  truth(): GroundTruth;
}

/**
 * The telemetry of an invented company, from midnight UTC of `start`, for `days` days. The same options give the same
 * bytes. Memory does not grow with `days`: lines are made as they are read.
 *
 * Intrusions take place on the last working day of the range, so that what came before can be learned from; decoys on
 * that day and on some days before. Throws `SAMPLE_OPTION_INVALID`.
 */
export function generateSample(options: SampleOptions = {}): Sample {
  const given = readOptions(options);
  const sim = new Simulation(given.seed, given.start, given.start + given.days * day);
  const company = makeCompany(sim.random.fork('company'), given.people);
  const estate = makeEstate(sim, company, given.hosts);
  for (const live of lives) live(estate);
  const attackDay = lastWorkday(sim.start, sim.end);
  const plants = sim.random.fork('plants');
  sim.eachDay((midnight) => {
    for (const person of company.people) planDay(estate, person, midnight);
    const ofDay = plants.fork(`decoys/${midnight}`);
    if (midnight === attackDay) {
      plantDecoys(estate, ofDay, midnight, '');
      if (given.attack) for (const [name, plant] of intrusions) plant(estate, plants.fork(name), midnight);
    } else if (isWorkday(midnight) && ofDay.chance(0.3)) {
      plantDecoys(estate, ofDay, midnight, `-${isoTime(midnight).slice(5, 10)}`);
    }
  });
  const entries = (kind: 'intrusion' | 'decoy') =>
    sim.chapters.filter((chapter) => chapter.kind === kind && !chapter.empty).map((chapter) => chapter.entry());
  return {
    lines: { [Symbol.iterator]: () => sim.run() },
    truth: () => ({
      company: company.name,
      seed: given.seed,
      days: given.days,
      start: new Date(given.start).toISOString(),
      intrusions: entries('intrusion'),
      decoys: entries('decoy'),
    }),
  };
}
