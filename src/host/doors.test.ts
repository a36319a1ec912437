import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { keptIn } from '../../test/support/ingest-door.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { decodeBatch } from '../contracts/log-batch.ts';
import { Intake } from '../ingest/index.ts';
import { type Doors, openDoors } from './doors.ts';

const folders: string[] = [];
const opened: Doors[] = [];
afterEach(async () => {
  for (const doors of opened.splice(0)) await doors.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function house() {
  const dataDir = mkdtempSync(join(tmpdir(), 'bw-doors-'));
  folders.push(dataDir);
  const log = new MemoryLog();
  const intake = new Intake({ log, clock: systemClock, incarnation: 'test' });
  const warnings: string[] = [];
  const open = async (config?: string): Promise<Doors> => {
    if (config !== undefined) writeFileSync(join(dataDir, 'doors.yaml'), config);
    const sources = { byToken: () => undefined, byPeer: () => ({ tenant: 'main', id: 'edge' }) };
    const doors = await openDoors({ dataDir, tenant: 'main', intake, sources, warn: (said) => warnings.push(said) });
    opened.push(doors);
    return doors;
  };
  const kept = (): readonly string[] =>
    log.appended.flatMap(({ bytes, lane }) => {
      const { source, door } = decodeBatch(bytes);
      return keptIn(bytes, lane).map(({ text }) => `${source} ${door} ${text}`);
    });
  return { dataDir, open, kept, log };
}

const invalid = (...parts: readonly string[]) =>
  expect.objectContaining({
    code: 'DOORS_CONFIG_INVALID',
    message: expect.stringMatching(new RegExp(parts.join('.*'), 's')),
  });

test('a folder and a syslog listener, as configured', async () => {
  const { dataDir, open, kept } = house();
  mkdirSync(join(dataDir, 'in'));
  writeFileSync(join(dataDir, 'in/a.log'), '{"n":1}\n');
  writeFileSync(join(dataDir, 'in/b.txt'), '{"n":"not by its glob"}\n');
  const doors = await open(`
- { source: web, door: file, folder: ${dataDir}/in, globs: ["*.log"] }
- door: syslog
  tcp: { host: 127.0.0.1, port: 0 }
`);
  await expect.poll(kept, { timeout: 20_000 }).toEqual(['web file {"n":1}']);
  const port = Number(/:(\d+) \(TCP\)/.exec(doors.open.join())?.[1]);
  const socket = connect(port, '127.0.0.1');
  socket.end('<34>Nov 25 08:00:00 fw01 kernel: dropped\n');
  await expect.poll(() => kept().length, { timeout: 20_000 }).toBe(2);
  expect(kept()[1]).toContain('edge syslog');
  expect(kept()[1]).toContain('dropped');
});

test('files named on the command line are read once, and on from there the next time', async () => {
  const { dataDir, open, kept } = house();
  const file = join(dataDir, 'events.json');
  writeFileSync(file, '{"n":1}\n{"n":2}\nbroken\n{"n":3}');
  const doors = await open();
  const rejects: string[] = [];
  const options = {
    signal: new AbortController().signal,
    onReject: ({ code }: { readonly code: string }) => rejects.push(code),
  };
  expect(await doors.readOnce([file], options)).toEqual({ events: 3, files: 1 });
  expect(await doors.readOnce([dataDir], { ...options, onReject: () => undefined })).toMatchObject({ events: 0 });
  appendFileSync(file, '\n{"n":4}\n');
  expect(await doors.readOnce([file], options)).toEqual({ events: 1, files: 1 });
  expect(kept()).toEqual([1, 2, 3, 4].map((n) => `files file {"n":${n}}`));
  expect(rejects).toEqual(['INGEST_INVALID_JSON']);
  await expect(doors.readOnce(['/nowhere.json'], options)).rejects.toMatchObject({ code: 'INGEST_FILE_MISSING' });
});

test('among files on the command line text is read where it is a log; a licence or a table is refused as a whole', async () => {
  const { dataDir, open, kept } = house();
  const folder = join(dataDir, 'files');
  mkdirSync(folder);
  writeFileSync(join(folder, 'LICENSE'), 'Permission is hereby granted,\nfree of charge, to any person\n');
  writeFileSync(join(folder, 'table.csv.gz'), gzipSync('time,host\n1,web01\n'));
  writeFileSync(join(folder, 'messages'), '<34>Nov 25 08:00:00 fw01 kernel: dropped\nand a line of prose\n');
  const doors = await open();
  const rejects: string[] = [];
  const onReject = ({ code }: { readonly code: string }) => rejects.push(code);
  const read = await doors.readOnce([folder], { signal: new AbortController().signal, onReject });
  expect(read).toEqual({ events: 2, files: 3 });
  expect(kept()[1]).toBe('files file {"message":"and a line of prose"}');
  expect(rejects).toEqual(['INGEST_NOT_JSON', 'INGEST_NOT_JSON']);
});

test('no file, no doors', async () => {
  expect((await house().open()).open).toEqual([]);
  expect((await house().open('')).open).toEqual([]);
});

test.each([
  ['- { source: A B, door: file, folder: /x }', ['entry 1, source']],
  ['- { source: a, door: file }', ['entry 1, folder']],
  ['- { source: a, door: file, folder: /x, glob: "*" }', ['entry 1', 'glob']],
  ['- { source: a, door: carrier-pigeon }', ['entry 1, door']],
  ['- { source: a, door: file, folder: /x }\n- { source: a, door: file, folder: /y }', ['source a stands twice']],
  [
    '- { source: a, door: nats, servers: [nats://bus.example.org:4222], stream: L, consumer: c }',
    ['tls://', 'clearText'],
  ],
  ['- { source: a, door: nats, servers: [http://127.0.0.1], stream: L, consumer: c }', ['servers', 'nats://']],
  ['- { door: syslog }', ['name a listener']],
  ['- { door: syslog, tcp: { host: 127.0.0.1, port: 99999 } }', ['entry 1, tcp, port']],
  ['- { source: a, door: file, folder: /x, zone: CET }', ['entry 1, zone', '\\+02:00']],
  ['a: [', ['doors.yaml']],
  ['a: 1', ['the file', 'array']],
])('a configuration that is wrong names the place and what would be right: %s', async (config, said) => {
  await expect(house().open(config)).rejects.toEqual(invalid(...said));
});

test('a folder that is not there is an error at the start, and nothing stays open', async () => {
  const { open } = house();
  const config =
    '- { door: syslog, tcp: { host: 127.0.0.1, port: 0 } }\n- { source: a, door: file, folder: /nowhere/x }';
  await expect(open(config)).rejects.toMatchObject({ code: 'INGEST_FOLDER_UNREADABLE' });
  expect((await open('')).open).toEqual([]);
});
