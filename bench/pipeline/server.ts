/** The plane between door and lake as a process of its own: what the bench measures. */
import { openIngest } from '../../src/host/ingest.ts';

export interface ServerOptions {
  readonly dataDir: string;
  readonly rules: readonly string[];
  readonly workers: number;
  readonly token: string;
}
export type FromServer =
  | { readonly kind: 'open'; readonly url: string }
  | {
      readonly kind: 'counts';
      /** Server, workers, keeper, as they are now. */
      readonly pids: readonly number[];
      /** Times a worker or the keeper ended and was started again. */
      readonly restarts: number;
      readonly lakeEvents: number;
      readonly detections: number;
      /** Raw bytes of lake files that no merge has reached yet. */
      readonly unmergedBytes: number;
      /** Marks seen in detections since the last message, and when (epoch ms). */
      readonly visible: readonly (readonly [string, number])[];
    }
  | { readonly kind: 'closed' };

const options: ServerOptions = JSON.parse(process.argv[2] ?? '{}');
const say = (message: FromServer): void => void process.send?.(message);
const bench = { tenant: 'bench', id: 'load' };
const ingest = await openIngest({
  dataDir: options.dataDir,
  rules: options.rules,
  workers: options.workers,
  sources: { byToken: (token) => (token === options.token ? bench : undefined), byPeer: () => undefined },
  warn: (message) => process.stderr.write(`${message}\n`),
  http: { host: '127.0.0.1', port: 0 },
});
await Promise.all(ingest.workers.map(({ ready }) => ready));
const children = [...ingest.workers, ingest.keeper];
say({ kind: 'open', url: ingest.http?.url ?? '' });

let sequence = 0;
let visible: [string, number][] = [];
const look = setInterval(() => {
  for (const { sequence: at, detection } of ingest.work.detections(sequence, 5000)) {
    sequence = at;
    const mark = detection.fields
      .map(({ value }) => /bw-mark-\d+-\d+/.exec(value)?.[0])
      .find((found) => found !== undefined);
    if (mark !== undefined) visible.push([mark, Date.now()]);
  }
}, 20);
const tell = setInterval(() => {
  let lakeEvents = 0;
  let unmergedBytes = 0;
  for (const { rows, rawBytes, merges } of ingest.work.allFiles()) {
    lakeEvents += rows;
    if (merges === 0) unmergedBytes += rawBytes;
  }
  const pids = [process.pid, ...children.flatMap(({ pid }) => pid ?? [])];
  const restarts = children.reduce((sum, child) => sum + child.restarts, 0);
  say({ kind: 'counts', pids, restarts, lakeEvents, detections: sequence, unmergedBytes, visible });
  visible = [];
}, 250);
process.once('message', async () => {
  clearInterval(look);
  clearInterval(tell);
  await ingest.close();
  say({ kind: 'closed' });
  process.exit(0);
});
