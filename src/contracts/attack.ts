/**
 * One version of ATT&CK throughout: rules are written to several. The product speaks version 18; version 19 split the tactic
 * Defense Evasion in two and gave the techniques of T1562 and T1070.001/.002 new numbers. Source: the technique names on both
 * sides, compared by hand. A number not listed is the same in both.
 */
const techniquesOfV19: Readonly<Record<string, string>> = {
  T1685: 'T1562.001',
  'T1685.001': 'T1562.002',
  'T1685.002': 'T1562.008',
  'T1685.003': 'T1562.011',
  'T1685.004': 'T1562.012',
  'T1685.005': 'T1070.001',
  'T1685.006': 'T1070.002',
  T1686: 'T1562.004',
  'T1686.001': 'T1562.007',
  'T1686.002': 'T1562.013',
  'T1686.003': 'T1562.004',
  T1689: 'T1562.010',
  T1690: 'T1562.003',
};

const tacticsOfV19: Readonly<Record<string, string>> = {
  stealth: 'defense-evasion',
  'defense-impairment': 'defense-evasion',
};

/** A technique id in the version the product speaks. */
export function techniqueId(id: string): string {
  return techniquesOfV19[id] ?? id;
}

/** A tactic name in the version the product speaks. */
export function tacticName(name: string): string {
  return tacticsOfV19[name] ?? name;
}

/** Enterprise tactics in kill-chain order, as Sigma tags spell them. */
export const tacticOrder: readonly string[] = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
];
