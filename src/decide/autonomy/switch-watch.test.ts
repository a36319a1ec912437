import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testClock } from '../../../test/store.ts';
import type { SwitchScope } from '../../contracts/autonomy.ts';
import { SwitchWatch } from './switch-watch.ts';

const key = 'discovery/close:benign';

function watching(look: () => Promise<readonly SwitchScope[]>, file: () => readonly SwitchScope[] = () => []) {
  const clock = testClock(10_000);
  return { clock, watch: new SwitchWatch({ clock, tenants: () => ['acme'], look, file }) };
}

test('nothing may act before the first look, nor for a tenant that is not looked after', async () => {
  const { watch } = watching(async () => []);
  expect(watch.mayAct('acme', key)).toBe(false);
  await watch.look();
  expect(watch.mayAct('acme', key)).toBe(true);
  expect(watch.mayAct('bolt', key)).toBe(false);
});

test('what is known is as old as the question, not the answer', async () => {
  let answer: (stops: readonly SwitchScope[]) => void = () => undefined;
  const { clock, watch } = watching(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const look = watch.look();
  clock.set(10_900);
  answer([]);
  await look;
  expect(watch.mayAct('acme', key)).toBe(true);
  clock.set(11_001);
  expect(watch.mayAct('acme', key)).toBe(false);
});

test('a look that is overtaken by a later one changes nothing', async () => {
  const answers: ((stops: readonly SwitchScope[]) => void)[] = [];
  const { clock, watch } = watching(() => new Promise((resolve) => answers.push(resolve)));
  const slow = watch.look();
  clock.set(10_500);
  const quick = watch.look();
  answers[1]?.([{ stops: 'everything' }]);
  await quick;
  answers[0]?.([]);
  await slow;
  expect(watch.mayAct('acme', key)).toBe(false);
});

test('looks that hang do not keep later ones from being made, and are not without end', async () => {
  let asked = 0;
  const { watch } = watching(() => {
    asked += 1;
    return new Promise(() => undefined);
  });
  for (let n = 0; n < 10; n++) void watch.look();
  expect(asked).toBe(4);
});

test('fails closed: it may act only where a look younger than a second found nothing that covers the class', async () => {
  const scope = fc.oneof(
    fc.constant<SwitchScope>({ stops: 'everything' }),
    fc.record({ stops: fc.constant('tenant' as const), tenant: fc.constantFrom('acme', 'bolt') }),
    fc.record({
      stops: fc.constant('class' as const),
      tenant: fc.constantFrom('acme', 'bolt'),
      classKey: fc.constantFrom(key, 'impact/close:benign'),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(scope, { maxLength: 3 }),
      fc.array(scope, { maxLength: 2 }),
      fc.integer({ min: -2000, max: 3000 }),
      fc.boolean(),
      async (stops, file, later, works) => {
        const { clock, watch } = watching(
          async () => {
            if (!works) throw new Error('no database');
            return stops;
          },
          () => file,
        );
        await watch.look();
        clock.set(10_000 + later);
        const covers = (one: SwitchScope) =>
          one.stops === 'everything' || (one.tenant === 'acme' && (one.stops === 'tenant' || one.classKey === key));
        const expected = works && later >= 0 && later <= 1000 && ![...stops, ...file].some(covers);
        expect(watch.mayAct('acme', key)).toBe(expected);
      },
    ),
  );
});
