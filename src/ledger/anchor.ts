import { BridgewatchError } from '../kernel/errors.ts';
import { readCheckpoint, SignedCheckpoint } from './checkpoint.ts';
import type { KeptCheckpoint } from './witness.ts';

/** A line as an anchor holds it, without the newline. */
export function anchorLine(signed: SignedCheckpoint): string {
  return JSON.stringify(signed);
}

/** The lines that an anchor is given, each with its newline. */
export function anchorLines(signed: readonly SignedCheckpoint[]): string {
  return signed.map((each) => `${anchorLine(each)}\n`).join('');
}

/**
 * The signed checkpoints of an anchor by tenant; signatures are not looked at yet. `name` says where they come from.
 * Throws `LEDGER_ANCHOR_DAMAGED` at a line that is none.
 */
export function readAnchor(name: string, text: string): ReadonlyMap<string, readonly KeptCheckpoint[]> {
  const found = new Map<string, KeptCheckpoint[]>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const where = `${name} line ${index + 1}`;
    const signed = parsed(line);
    const checkpoint = signed === null ? null : readCheckpoint(signed);
    if (signed === null || checkpoint === null) {
      throw new BridgewatchError(
        'LEDGER_ANCHOR_DAMAGED',
        `${where} is no signed checkpoint; an anchor holds the lines bridgewatch ledger checkpoint wrote, unchanged`,
        400,
      );
    }
    const kept = found.get(checkpoint.tenant) ?? [];
    kept.push({ signed, columns: null, where, anchored: true });
    found.set(checkpoint.tenant, kept);
  }
  return found;
}

function parsed(line: string): SignedCheckpoint | null {
  try {
    return SignedCheckpoint.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
