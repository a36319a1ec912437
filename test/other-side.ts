import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the other side got it. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface OtherSide {
  readonly url: string;
  readonly port: number;
  readonly heard: Heard[];
  /** What it answers from now on. */
  answer: (heard: Heard, response: ServerResponse) => void;
  close(): Promise<void>;
}

/** A web server on loopback that stands for whatever a connector speaks to: it notes what it is told and answers as the test says. */
export async function startOtherSide(): Promise<OtherSide> {
  const heard: Heard[] = [];
  const listener: RequestListener = (request, response) => {
    const parts: Uint8Array[] = [];
    request.on('data', (part: Uint8Array) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8');
      const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      heard.push(one);
      side.answer(one, response);
    });
  };
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const side: OtherSide = {
    url: `http://127.0.0.1:${port}`,
    port,
    heard,
    answer: (_heard, response) => response.end('{}'),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return side;
}
