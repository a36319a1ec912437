import { day, hour, isWorkday, minute, monthLoad, second } from '../calendar.ts';
import type { Estate } from '../estate.ts';
import type { Person } from '../people.ts';
import { signInPhone } from './phone.ts';
import { arrive, leave, lock, unlock } from './presence.ts';
import { tasksOf } from './roles.ts';
import type { Worker } from './worker.ts';

/** Puts one person's day on the agenda: whether they come, from where, when, and when they go. */
export function planDay(estate: Estate, person: Person, midnight: number): void {
  const { sim, company } = estate;
  const random = sim.random.fork(`day/${person.login}/${midnight}`);
  const workday = isWorkday(midnight);
  if (random.chance(workday ? 0.05 : 0.93)) return;
  const weekday = new Date(midnight).getUTCDay();
  const trip = sim.random.fork(`trip/${person.login}/${Math.floor(midnight / (3 * day))}`);
  const travelling = trip.chance(person.role === 'sales' || person.role === 'executive' ? 0.12 : 0.02);
  const atHome = !travelling && (!workday || person.homeDays.includes(weekday));
  const address = travelling
    ? company.internet.abroad(trip).address
    : atHome
      ? person.homeAddress
      : (company.officeAddresses[person.site] ?? person.homeAddress);
  const late = random.chance(person.worksLate) ? random.float() * 2.5 : 0;
  const from = midnight + (person.arrives + random.around(0, 0.35) + (workday ? 0 : 2)) * hour;
  const until = workday
    ? midnight + (person.leaves + late + random.around(0, 0.4)) * hour
    : from + random.float() * 2 * hour;
  signInPhone(estate, person, random, midnight, address);
  const host = estate.workstationOf(person);
  if (host === undefined) return;
  sim.at(from, () => {
    const worker = arrive(estate, person, host, random, {
      address,
      away: atHome || travelling,
      leavesAt: until,
      travelling,
    });
    work(worker);
    if (until - from > 5 * hour) takeLunch(worker, midnight);
    sim.at(until, () => leave(worker));
  });
}

function takeLunch(worker: Worker, midnight: number): void {
  const { estate, random, person } = worker;
  const at = midnight + (person.lunch + random.around(0, 0.2)) * hour;
  if (at <= estate.sim.now || at + hour > worker.leavesAt) return;
  estate.sim.at(at, () => {
    lock(worker);
    estate.sim.after(random.int(25, 65) * minute, () => unlock(worker));
  });
}

/** One task after another until they leave, faster for some people and on crowded days of the month. */
function work(worker: Worker): void {
  const { estate, person, random } = worker;
  const { sim } = estate;
  const tasks = tasksOf(person.role);
  const mean = (112 * second) / (person.pace * monthLoad(sim.now));
  const next = (): void => {
    sim.after(2 * second + random.wait(mean), () => {
      if (worker.gone) return;
      if (!worker.away) random.weighted(tasks)(worker);
      if (!worker.away && random.chance(0.006)) pause(worker);
      next();
    });
  };
  next();
}

/** Coffee, a walk to somebody's desk: the screen is locked for a while. */
function pause(worker: Worker): void {
  lock(worker);
  worker.estate.sim.after(worker.random.int(4, 20) * minute, () => unlock(worker));
}
