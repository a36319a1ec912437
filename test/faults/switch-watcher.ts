import { openStateStore } from '../../src/adapters/postgres/store.ts';
import { readStopFile } from '../../src/adapters/stop-file.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { SwitchWatch, scopeOf, standingStops, stopAutomation } from '../../src/decide/index.ts';

/** A worker that would act under a grant, and says each time whether it may: `{ mayAct, at }`. */
const [databaseUrl = '', dataDir = '', tenant = ''] = process.argv.slice(2);
const store = await openStateStore({ place: { databaseUrl }, clock: systemClock, log: () => undefined });
const watch = new SwitchWatch({
  clock: systemClock,
  tenants: () => [tenant],
  look: async (tenants) => (await standingStops(store, tenants)).map(scopeOf),
  file: () => readStopFile(dataDir),
  record: async (scope) => {
    const by = { id: 'file', name: 'The file STOP' };
    await stopAutomation(store, systemClock, { scope, via: 'file', viaTenant: null, why: '', by });
  },
});
await watch.start();
let said: boolean | null = null;
setInterval(() => {
  const mayAct = watch.mayAct(tenant, 'credential-access/close:benign');
  if (mayAct === said) return;
  said = mayAct;
  process.stdout.write(`${JSON.stringify({ mayAct, at: Date.now() })}\n`);
}, 5);
