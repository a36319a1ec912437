import { createServer, type RequestListener } from 'node:http';

/** A keeper of checkpoints on loopback: it gives what it has and puts what it is given behind it. */
export interface AnchorServer {
  readonly url: string;
  lines(): readonly string[];
  close(): Promise<void>;
}

/** `answer`, if given, answers in its place. */
export async function anchorServer(answer?: RequestListener): Promise<AnchorServer> {
  let kept = '';
  const keep: RequestListener = (request, response) => {
    if (request.method === 'GET') {
      response.statusCode = kept === '' ? 404 : 200;
      response.end(kept);
      return;
    }
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      kept += text;
    });
    request.on('end', () => {
      response.statusCode = 201;
      response.end();
    });
  };
  const server = createServer(answer ?? keep);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on a port');
  return {
    url: `http://127.0.0.1:${address.port}/anchor`,
    lines: () => kept.split('\n').filter((line) => line !== ''),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
