import { afterEach, expect, type TestContext, test, vi } from 'vitest';
import { bulkDoor } from '../../src/ingest/index.ts';
import { startRsyslog } from '../rsyslog.ts';
import { GatedLog } from '../support/gated-log.ts';
import { type OpenDoor, openDoors, TOKEN } from '../support/ingest-door.ts';
import { startSyslogNg } from '../syslog-ng.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Shipper {
  send(lines: readonly string[]): Promise<void>;
  said(): string;
  stop(): Promise<void>;
}

/** The shipper, stopped after the test; where it is not installed the test is skipped and says why. */
function started(shipper: Shipper | { readonly missing: string }, context: TestContext): Shipper {
  if ('missing' in shipper) {
    process.stderr.write(`skipped: ${context.task.name}: ${shipper.missing}\n`);
    return context.skip(shipper.missing);
  }
  stops.push(() => shipper.stop());
  return shipper;
}

async function opened(options: Parameters<typeof openDoors>[1] = {}): Promise<OpenDoor> {
  const door = await openDoors([bulkDoor], options);
  stops.push(() => door.http.close());
  return door;
}

const lines = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `<13>Nov 25 07:00:00 web${n % 3} app[7]: message "${n}" \\ é`);
const wordsOf = (door: OpenDoor, name: string): string[] =>
  door.kept().map(({ text }) => (JSON.parse(text) as Record<string, string>)[name]?.trim() ?? text);
const expected = (count: number): string[] => Array.from({ length: count }, (_, n) => `message "${n}" \\ é`).toSorted();

const rsyslog = (port: number) =>
  startRsyslog({
    modules: ['omelasticsearch'],
    globals: () => `module(load="omelasticsearch")
template(name="document" type="list" option.jsonf="on") {
  property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
}`,
    actions: () => `action(type="omelasticsearch" server="127.0.0.1" serverport="${port}" uid="rsyslog" pwd="${TOKEN}"
  template="document" searchIndex="syslog" searchType="" bulkmode="on"
  queue.type="linkedlist" queue.dequeueBatchSize="100" action.resumeRetryCount="-1" action.resumeInterval="1")`,
  });

test('rsyslog’s omelasticsearch delivers', async (context) => {
  const door = await opened();
  const shipper = started(await rsyslog(door.http.port), context);
  await shipper.send(lines(500));
  await vi.waitFor(() => expect(wordsOf(door, 'message').length, shipper.said()).toBe(500), { timeout: 20_000 });
  expect(wordsOf(door, 'message').toSorted()).toEqual(expected(500));
  expect(JSON.parse(door.kept()[0]?.text ?? '')).toMatchObject({ host: 'web0' });
});

test('rsyslog loses nothing while the door is busy, or the log fails', async (context) => {
  const log = new GatedLog();
  const door = await opened({ log, pendingBytes: 0 });
  const shipper = started(await rsyslog(door.http.port), context);
  const first = { record: {}, raw: '{}' };
  const held = door.intake.deliver({ source: { tenant: 'main', id: 'feed' }, door: 'bulk', records: [first] });
  await shipper.send(lines(50));
  await vi.waitFor(() => expect(door.counts()?.slowed, shipper.said()).toBeGreaterThan(0), { timeout: 20_000 });
  log.pass();
  await held;
  await vi.waitFor(() => expect(log.waiting).toBe(1), { timeout: 20_000 });
  log.fail(new Error('the disk is full'));
  log.open();
  await vi.waitFor(() => expect(door.kept().length, shipper.said()).toBe(51), { timeout: 20_000 });
  expect(wordsOf(door, 'message').slice(1).toSorted()).toEqual(expected(50));
});

test('syslog-ng’s elasticsearch-http delivers', async (context) => {
  const door = await opened();
  const destination = `elasticsearch-http(url("${door.http.url}/_bulk") index("syslog") type("") user("syslog-ng")
    password("${TOKEN}") batch-lines(50) batch-timeout(100));`;
  const shipper = started(await startSyslogNg(destination), context);
  await shipper.send(lines(500));
  await vi.waitFor(() => expect(door.kept().length, shipper.said()).toBe(500), { timeout: 20_000 });
  expect(wordsOf(door, 'MESSAGE').toSorted()).toEqual(expected(500));
  expect(JSON.parse(door.kept()[0]?.text ?? '')).toMatchObject({ HOST: expect.stringMatching(/^web\d$/) });
});
