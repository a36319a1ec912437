import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Watched } from '../../../../../test/support/watched.ts';

const KEPT = 8;

/** What a machine does to a log: written to, rotated in every usual way, while the door turns, ends and dies. */
class Machine {
  readonly w = new Watched();
  #written = 0;
  #half = '';

  get written(): number {
    return this.#written;
  }

  append(count: number, width: number, cut: boolean): void {
    let text = this.#half;
    for (let at = 0; at < count; at += 1) {
      text += `{"n":${this.#written},"x":"${'x'.repeat(width)}"}\n`;
      this.#written += 1;
    }
    // The last line is written in two pieces; a rotation in between would break any log.
    const end = cut ? text.length - 4 : text.length;
    this.#half = text.slice(end);
    appendFileSync(this.w.at('app.log'), text.slice(0, end));
  }

  rename(): void {
    if (!this.#shift()) return;
    renameSync(this.w.at('app.log'), this.w.at('app.log.1'));
    writeFileSync(this.w.at('app.log'), '');
  }

  copyTruncate(): void {
    if (!this.#shift()) return;
    copyFileSync(this.w.at('app.log'), this.w.at('app.log.1'));
    truncateSync(this.w.at('app.log'), 0);
  }

  compress(): void {
    for (let at = 1; at < KEPT; at += 1) {
      const plain = this.w.at(`app.log.${at}`);
      if (!existsSync(plain)) continue;
      writeFileSync(`${plain}.gz`, gzipSync(readFileSync(plain)));
      rmSync(plain);
      return;
    }
  }

  /** What was delivered from now on is not recorded; then the door starts again. */
  async crash(): Promise<void> {
    this.w.positions.save = async () => {
      throw Object.assign(new Error('killed'), { code: 'KILLED' });
    };
    await this.w.turn().catch(() => undefined);
    await this.w.restart();
  }

  /** False where there is nothing to rotate or no room. */
  #shift(): boolean {
    const { w } = this;
    this.finish();
    if (!existsSync(w.at('app.log')) || readFileSync(w.at('app.log')).length === 0) return false;
    const has = (at: number): boolean => existsSync(w.at(`app.log.${at}`)) || existsSync(w.at(`app.log.${at}.gz`));
    if (has(KEPT)) return false;
    for (let at = KEPT - 1; at >= 1; at -= 1)
      for (const end of ['', '.gz'])
        if (existsSync(w.at(`app.log.${at}${end}`)))
          renameSync(w.at(`app.log.${at}${end}`), w.at(`app.log.${at + 1}${end}`));
    return true;
  }

  finish(): void {
    if (this.#half !== '') appendFileSync(this.w.at('app.log'), this.#half);
    this.#half = '';
  }
}

type Step = (machine: Machine) => void | Promise<void>;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ count: fc.integer({ min: 1, max: 30 }), width: fc.constantFrom(0, 10, 300), cut: fc.boolean() })
      .map(
        ({ count, width, cut }): Step =>
          (machine) =>
            machine.append(count, width, cut),
      ),
  },
  { weight: 4, arbitrary: fc.constant<Step>((machine) => machine.w.turn(2500)) },
  { weight: 2, arbitrary: fc.constant<Step>((machine) => machine.rename()) },
  { weight: 2, arbitrary: fc.constant<Step>((machine) => machine.copyTruncate()) },
  { weight: 1, arbitrary: fc.constant<Step>((machine) => machine.compress()) },
  { weight: 1, arbitrary: fc.constant<Step>((machine) => machine.w.restart()) },
  { weight: 1, arbitrary: fc.constant<Step>((machine) => machine.crash()) },
);

test('however a log is written, rotated and read, each line counts once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
      const machine = new Machine();
      try {
        for (const one of steps) await one(machine);
        machine.finish();
        for (let turn = 0; turn < 3; turn += 1) await machine.w.turn();
        const numbers = machine.w.counted().map((text) => (JSON.parse(text) as { n: number }).n);
        expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: machine.written }, (_, at) => at));
      } finally {
        await machine.w.close();
      }
    }),
    { numRuns: Number(process.env.FILE_RUNS ?? 60) },
  );
});
