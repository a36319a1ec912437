import { RuleFault } from './problem.ts';

/** An address as 16-bit groups: two for IPv4, eight for IPv6. */
type Groups = readonly number[];

/**
 * A test for `10.0.0.0/8` or `fe80::/10` over address texts. An IPv4-mapped IPv6 address (`::ffff:10.1.2.3`, RFC 4291
 * section 2.5.5.2; Windows logs them) is its IPv4 address to an IPv4 network. Throws RuleFault on a bad network.
 */
export function networkTest(network: string, line: number): (address: string) => boolean {
  const [text = '', prefixText, ...rest] = network.split('/');
  const base = parseAddress(text);
  const width = (base?.length ?? 0) * 16;
  const prefix = prefixText === undefined ? width : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
  if (!base || rest.length > 0 || prefix < 0 || prefix > width) {
    throw new RuleFault(
      'SIGMA_MODIFIER_VALUE',
      `cidr takes a network like 10.0.0.0/8 or fe80::/10, not ${JSON.stringify(network.slice(0, 60))}`,
      line,
    );
  }
  const masks = base.map((_, i) => (0xffff << (16 - Math.min(16, Math.max(0, prefix - 16 * i)))) & 0xffff);
  const wanted = base.map((group, i) => group & (masks[i] ?? 0));
  return (address) => {
    let groups = parseAddress(address);
    if (groups === undefined) return false;
    if (wanted.length === 2 && groups.length === 8) groups = mapped(groups);
    if (groups.length !== wanted.length) return false;
    for (let i = 0; i < wanted.length; i++) if (((groups[i] ?? 0) & (masks[i] ?? 0)) !== wanted[i]) return false;
    return true;
  };
}

const mapped = (groups: Groups): Groups =>
  groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0) ? groups.slice(6) : groups;

/** Rules ask the same address about network after network: it is read once. */
let lastText = '';
let lastGroups: Groups | undefined;

function parseAddress(text: string): Groups | undefined {
  if (text === lastText) return lastGroups;
  lastGroups = text.includes(':') ? parseV6(text) : parseV4(text);
  lastText = text;
  return lastGroups;
}

const v4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

function parseV4(text: string): Groups | undefined {
  if (text.length > 15 || !v4.test(text)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [(a << 8) | b, (c << 8) | d];
}

function parseV6(withZone: string): Groups | undefined {
  if (withZone.length > 100) return undefined;
  const text = withZone.replace(/%[\w.-]*$/, '');
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(parseGroups);
  if (!head) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  if (!tail || head.length + tail.length > 7) return undefined;
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const pieces = text.split(':');
  for (const [i, piece] of pieces.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(piece)) groups.push(Number.parseInt(piece, 16));
    else {
      const embedded = i === pieces.length - 1 ? parseV4(piece) : undefined;
      if (!embedded) return undefined;
      groups.push(...embedded);
    }
  }
  return groups;
}
