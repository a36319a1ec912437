import { tacticName, tacticOrder } from '../contracts/attack.ts';

/** Of a list that a stranger wrote no more is looked at. */
const LIMIT = 64;

const technique = /^t\d{4}(?:\.\d{3})?(?![\d.])/i;
const tactics: ReadonlySet<string> = new Set(tacticOrder);

/** Numbers of the enterprise tactics, as feeds write them in place of names. */
const tacticsByNumber: Readonly<Record<string, string>> = {
  TA0043: 'reconnaissance',
  TA0042: 'resource-development',
  TA0001: 'initial-access',
  TA0002: 'execution',
  TA0003: 'persistence',
  TA0004: 'privilege-escalation',
  TA0005: 'defense-evasion',
  TA0006: 'credential-access',
  TA0007: 'discovery',
  TA0008: 'lateral-movement',
  TA0009: 'collection',
  TA0011: 'command-and-control',
  TA0010: 'exfiltration',
  TA0040: 'impact',
};

function texts(values: readonly unknown[]): string[] {
  const found: string[] = [];
  for (const value of values) {
    for (const item of Array.isArray(value) ? value.slice(0, LIMIT) : [value]) {
      if (typeof item === 'string' && item.length <= 200) found.push(item.trim());
    }
  }
  return found;
}

/** ATT&CK technique ids among texts and lists of texts, each once: `T1059.001`, also where a name follows (`T1059 - Command ...`). */
export function techniquesIn(...values: readonly unknown[]): readonly string[] {
  const found = new Set<string>();
  for (const text of texts(values)) {
    const id = technique.exec(text)?.[0];
    if (id !== undefined) found.add(id.toUpperCase());
  }
  return [...found];
}

/**
 * ATT&CK tactics among texts and lists of texts, as tags spell them, each once: `Credential Access`, `CredentialAccess`,
 * `Command_And_Control`, `TA0006`. What is no tactic (`Malware`, `SuspiciousActivity`) is left out.
 */
export function tacticsIn(...values: readonly unknown[]): readonly string[] {
  const found = new Set<string>();
  for (const text of texts(values)) {
    const name = Object.hasOwn(tacticsByNumber, text) ? tacticsByNumber[text] : tacticName(tag(text));
    if (name !== undefined && tactics.has(name)) found.add(name);
  }
  return [...found];
}

function tag(name: string): string {
  return name
    .replaceAll('&', 'and')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replace(/[\s_-]+/g, '-')
    .toLowerCase();
}
