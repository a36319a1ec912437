import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, ruleFiles } from './rule-files.ts';

const path = join(root, '..', 'shared', 'data', 'attack', 'enterprise-attack-compact.json');
const present = existsSync(path);
if (!present) console.log(`skipped: ATT&CK tags of the rules against the catalogue, for there is no ${path}`);

interface Catalogue {
  readonly tactics: readonly { readonly shortname: string }[];
  readonly techniques: readonly { readonly id: string; readonly tactics: readonly string[] }[];
}

describe.skipIf(!present)('ATT&CK tags of the rules', () => {
  it('name tactics and techniques that stand, and techniques that serve a tagged tactic', () => {
    const catalogue = JSON.parse(readFileSync(path, 'utf8')) as Catalogue;
    const tactics = new Set(catalogue.tactics.map(({ shortname }) => shortname));
    // Revoked and deprecated techniques are not in this list.
    const techniques = new Map(catalogue.techniques.map((each) => [each.id, each.tactics]));
    const wrong: string[] = [];
    for (const { file, documents } of ruleFiles) {
      const tags = (documents.at(-1)?.tags ?? []).map((tag) => tag.replace(/^attack\./, ''));
      const named = tags.filter((tag) => !/^t\d/.test(tag));
      for (const tactic of named) if (!tactics.has(tactic)) wrong.push(`${file}: no tactic ${tactic}`);
      for (const tag of tags.filter((each) => /^t\d/.test(each))) {
        const served = techniques.get(tag.toUpperCase());
        if (served === undefined) wrong.push(`${file}: no technique ${tag}, or revoked`);
        else if (!served.some((tactic) => named.includes(tactic)))
          wrong.push(`${file}: ${tag} serves ${served.join(', ')}, none of them tagged`);
      }
      const used = new Set(tags.flatMap((tag) => techniques.get(tag.toUpperCase()) ?? []));
      for (const tactic of named) if (!used.has(tactic)) wrong.push(`${file}: no tagged technique serves ${tactic}`);
    }
    expect(wrong).toEqual([]);
  });
});
