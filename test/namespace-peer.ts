import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * One machine of `test/namespace.ts`, run inside its network namespace. `serve <port>` echoes whatever comes; `ask` opens
 * connections and sends text as told on standard input, one JSON line an order, one JSON line an answer.
 */
interface Order {
  readonly id: number;
  readonly do: 'open' | 'echo' | 'close';
  readonly line: number;
  readonly address?: string;
  readonly port?: number;
  readonly text?: string;
  readonly ms?: number;
}

const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const lines = new Map<number, Socket>();

async function open({ line, address, port, ms }: Order): Promise<boolean> {
  const socket = connect({ host: address ?? '', port: port ?? 0 });
  socket.on('error', () => undefined);
  lines.set(line, socket);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(ms ?? 0) });
    return true;
  } catch {
    socket.destroy();
    return false;
  }
}

/** True when the text came back whole within `ms`. */
function echo({ line, text = '', ms = 0 }: Order): Promise<boolean> {
  const socket = lines.get(line);
  if (socket === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    let heard = '';
    const end = (outcome: boolean): void => {
      socket.removeListener('data', hear);
      clearTimeout(limit);
      resolve(outcome);
    };
    const hear = (data: Buffer): void => {
      heard += data.toString('utf8');
      if (heard.endsWith(text)) end(true);
    };
    const limit = setTimeout(() => end(false), ms);
    socket.on('data', hear);
    socket.write(text);
  });
}

async function obey(order: Order): Promise<boolean> {
  if (order.do === 'open') return open(order);
  if (order.do === 'echo') return echo(order);
  lines.get(order.line)?.destroy();
  return lines.delete(order.line);
}

if (process.argv[2] === 'serve') {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(Number(process.argv[3]), '::');
  await once(server, 'listening');
} else {
  createInterface({ input: process.stdin }).on('line', (text) => {
    const order = JSON.parse(text) as Order;
    void obey(order).then((outcome) => say({ id: order.id, outcome }));
  });
}
say({ ready: true });
