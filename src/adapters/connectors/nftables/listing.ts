import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { refused } from './faults.ts';

/** One chain of our table. Where it is not hooked into the path of packets, `hook` is null. */
interface Chain {
  readonly hook: string | null;
  readonly priority: number | null;
  readonly rules: { readonly comment: string; readonly does: readonly string[] }[];
}

/** Our table as the machine has it. */
export interface Listing {
  /** A dormant table is there and does nothing. */
  readonly dormant: boolean;
  readonly chains: ReadonlyMap<string, Chain>;
  /** Elements by set; true for those that run out by themselves. */
  readonly sets: ReadonlyMap<string, ReadonlyMap<string, boolean>>;
}

/** What `nft -j` prints (libnftables-json(5)); the parts that are read. */
const Element = z.union([
  z.string(),
  z.looseObject({ elem: z.looseObject({ val: z.unknown(), timeout: z.number().optional() }) }),
  z.looseObject({}),
]);
const Item = z.looseObject({
  table: z.looseObject({ family: z.string(), name: z.string(), flags: z.unknown().optional() }).optional(),
  chain: z.looseObject({ name: z.string(), hook: z.string().optional(), prio: z.number().optional() }).optional(),
  set: z.looseObject({ name: z.string(), elem: z.array(Element).optional() }).optional(),
  rule: z
    .looseObject({
      chain: z.string(),
      comment: z.string().optional(),
      expr: z.array(z.record(z.string(), z.unknown())),
    })
    .optional(),
});
const Printed = z.object({ nftables: z.array(Item) });

function read(json: string): z.infer<typeof Printed>['nftables'] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw refused('nft -j did not print JSON: nftables 0.9 or newer is needed', error);
  }
  const printed = Printed.safeParse(value);
  if (!printed.success) throw refused('nft -j printed JSON of another shape than libnftables-json(5)', printed.error);
  return printed.data.nftables;
}

/** Whether a table is among those that `nft -j list tables` prints. */
export function hasTable(json: string, family: string, name: string): boolean {
  return read(json).some(({ table }) => table?.family === family && table.name === name);
}

/** What `nft -j list table` prints of one table. */
export function readListing(json: string): Listing {
  const chains = new Map<string, Chain>();
  const sets = new Map<string, Map<string, boolean>>();
  let dormant = false;
  const items = read(json);
  for (const { table, chain, set } of items) {
    // Any flag at all: ours has none, and nft 1.0.6 prints the table's name where it should print `dormant`.
    if (table !== undefined) dormant = table.flags !== undefined;
    if (chain !== undefined) {
      chains.set(chain.name, { hook: chain.hook ?? null, priority: chain.prio ?? null, rules: [] });
    }
    if (set !== undefined) sets.set(set.name, new Map((set.elem ?? []).flatMap(element)));
  }
  for (const { rule } of items) {
    if (rule === undefined) continue;
    chains
      .get(rule.chain)
      ?.rules.push({ comment: rule.comment ?? '', does: rule.expr.flatMap((step) => Object.keys(step)) });
  }
  return { dormant, chains, sets };
}

/** An address in one form, whatever form nft prints; other values as they are. */
const written = (value: string): string => (ipaddr.isValid(value) ? ipaddr.parse(value).toString() : value);

function element(printed: z.infer<typeof Element>): [string, boolean][] {
  if (typeof printed === 'string') return [[written(printed), false]];
  const { elem } = printed as { elem?: { val: unknown; timeout?: number } };
  return typeof elem?.val === 'string' ? [[written(elem.val), elem.timeout !== undefined]] : [];
}
