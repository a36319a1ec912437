import { Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { setTimeout as later } from 'node:timers/promises';
import { TOKEN } from './plane.ts';
import type { Records, Request } from './records.ts';

export interface SenderOptions {
  readonly port: number;
  readonly records: Records;
  readonly random: () => number;
  readonly connections?: number;
  readonly eventsPerRequest?: number;
  /** Milliseconds between a receipt and the next request of a connection. */
  readonly pauseMs?: number;
  /** Over TLS, whoever signed the certificate. */
  readonly isTls?: boolean;
}

/**
 * A shipper that keeps what it has until it holds the receipt: the same body again and again. Some answers it loses on purpose, and some
 * receipts it forgets: what was taken by then is sent once more.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #agent: Agent;
  readonly #running: Promise<void>[] = [];
  #ended = false;
  /** Events of requests whose receipt came. */
  receipted = 0;
  /** Requests sent again. */
  resent = 0;
  /** Answers other than success, by status; 0 is none at all. */
  readonly refused: Record<number, number> = {};
  /** Milliseconds from request to receipt. */
  readonly latencies: number[] = [];

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#agent =
      options.isTls === true
        ? new TlsAgent({ keepAlive: true, rejectUnauthorized: false })
        : new Agent({ keepAlive: true });
  }

  start(): void {
    for (let at = 0; at < (this.#options.connections ?? 4); at += 1) this.#running.push(this.#connection());
  }

  /** Begins nothing new; resolves when everything begun has its receipt. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#running);
  }

  async #connection(): Promise<void> {
    const { records, random, eventsPerRequest = 20, pauseMs = 60 } = this.#options;
    while (!this.#ended) {
      const request = records.request(eventsPerRequest);
      await this.deliver(request);
      if (random() < 0.04) {
        await later(random() * 2000);
        await this.deliver({ ...request, events: 0 });
        this.resent += 1;
      }
      await later(pauseMs);
    }
    this.#agent.destroy();
  }

  /** Sends until there is a receipt. */
  async deliver({ body, events }: Request): Promise<void> {
    for (;;) {
      const began = performance.now();
      const status = await this.#post(body, this.#options.random() < 0.03);
      if (status === 200) {
        this.receipted += events;
        this.latencies.push(performance.now() - began);
        return;
      }
      if (status >= 400 && status < 500 && status !== 429) throw new Error(`refused for good: ${status}`);
      this.refused[status] = (this.refused[status] ?? 0) + 1;
      this.resent += 1;
      await later(50 + this.#options.random() * 100);
    }
  }

  /** The answer's status; 0 where there was none, or it was lost. Throws where a success says that something was not taken. */
  #post(body: string, loseAnswer: boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = this.#options.isTls === true ? httpsRequest : httpRequest;
      const sent = request({
        agent: this.#agent,
        host: '127.0.0.1',
        port: this.#options.port,
        path: '/logs/_bulk',
        method: 'POST',
        headers: {
          // Who does not say what it is gets no answer in words, only a broken connection, when it is to wait.
          'user-agent': 'faults',
          authorization: `Bearer ${TOKEN}`,
          'content-type': 'application/x-ndjson',
          'content-length': Buffer.byteLength(body),
        },
      });
      sent.once('error', () => resolve(0));
      sent.once('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece: string) => {
          text += piece;
        });
        answer.once('close', () => {
          if (!answer.complete) resolve(0);
          else if (answer.statusCode !== 200) resolve(answer.statusCode ?? 0);
          else if (text.includes('"errors":false')) resolve(200);
          else reject(new Error(`not everything was taken: ${text.slice(0, 500)}`));
        });
      });
      sent.end(body, () => {
        if (loseAnswer) setTimeout(() => sent.destroy(new Error('lost')), this.#options.random() * 20);
      });
    });
  }
}
