import { expect, test } from 'vitest';
import { type Outcome, playStory } from './story.ts';

/** The whole of earned autonomy, with a real store, a real directory and a real firewall where this machine can have them. */
test('a class earns autonomy, loses it to an attacker who hides in it, and the attacker is contained', async () => {
  const outcome: Outcome = await playStory(() => undefined);
  for (const line of outcome.rehearsed) console.warn(line);

  // Earned: no sooner than two weeks, on blind cases and known threats, and carried up step by step.
  expect(outcome.earnedOnDay).toBeGreaterThanOrEqual(14);
  expect(outcome.cases).toBeGreaterThanOrEqual(88);
  const [found, planted] = outcome.seededFound.split(' of ').map(Number);
  expect(planted).toBeGreaterThanOrEqual(59);
  expect(found).toBe(planted);
  expect(outcome.steps).toEqual([0.1, 0.5, 1]);
  expect(outcome.closedByGrant).toBeGreaterThan(0);
  expect(outcome.reviewedClean).toBeGreaterThan(0);

  // Lost: by the known threat that the grant closed, long before the bound, and what ran in the window is open again.
  expect(outcome.demotedFor).toBe('canary');
  expect(outcome.levelAfter).toBe(1);
  expect(outcome.hoursToDemotion).toBeLessThanOrEqual(14 * 24);
  expect(outcome.reviewsToDemotion).toBeLessThanOrEqual(40);
  expect(outcome.reopened).toBeGreaterThanOrEqual(2);
  expect(outcome.reviewSaid).toBe('threat');

  // Contained and undone, each step approved by two people and seen in the systems themselves.
  expect(outcome.incident).toEqual(['open', outcome.rehearsed.length === 2 ? 'open' : 'contained']);
  const way = ['proposed', 'proposed', 'approved', 'verified', 'undone'];
  expect(outcome.actions).toEqual({ disable_account: way, isolate_host: way });
  for (const seen of [outcome.signIn, outcome.reachable]) {
    if (seen[0] !== null) expect(seen).toEqual([true, false, true]);
  }
  if (outcome.openLineCut !== null) expect(outcome.openLineCut).toBe(true);

  // On record, and the record fits.
  expect(outcome.ledger.verified).toBe(true);
  for (const type of [
    'determination.made',
    'canary.planted',
    'autonomy.granted',
    'finding.closed',
    'autonomy.level',
    'canary.missed',
    'finding.reopened',
    'incident.opened',
    ...(outcome.rehearsed.length === 2 ? [] : ['incident.contained']),
    'action.proposed',
    'action.approved',
    'action.verified',
    'action.undone',
  ])
    expect(outcome.told, type).toHaveProperty([type]);
}, 300_000);
