import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { playbooksByFamily } from '../../src/investigate/playbook.ts';
import { root } from './rule-files.ts';

const documents = globSync('*.yml', { cwd: join(root, 'playbooks') })
  .sort()
  .map((file) => ({
    file,
    content: parse(readFileSync(join(root, 'playbooks', file), 'utf8'), { maxAliasCount: 0 }) as unknown,
  }));
const playbooks = playbooksByFamily(documents);

/** Tactics that telemetry of the organisation can show, the cloud account, and the rest. */
const families = [
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
  'cloud-account',
  'telemetry-gap',
  'default',
];
const kinds = [
  'isolate_host',
  'disable_account',
  'revoke_sessions',
  'deactivate_access_key',
  'block_address',
  'collect_memory',
  'reset_password',
  'quarantine_file',
  'notify_owner',
];

describe('playbooks', () => {
  it('stand for every family of findings, each in the file of its name', () => {
    expect([...playbooks.keys()].sort()).toEqual([...families].sort());
    expect(documents.map(({ file }) => file)).toEqual([...families].sort().map((family) => `${family}.yml`));
  });

  it.each([...playbooks])(
    '%s asks each question once, says why, and leaves people something to answer',
    (_, playbook) => {
      const questions = playbook.steps.map(({ tool, question }) => `${tool}: ${question}`);
      expect(new Set(questions).size).toBe(questions.length);
      expect(playbook.steps.length).toBeGreaterThanOrEqual(4);
      for (const { question, why } of playbook.steps) {
        expect(question).toMatch(/\?$/);
        expect(why.length).toBeGreaterThan(20);
      }
      expect(playbook.ask_people.length).toBeGreaterThanOrEqual(2);
    },
  );

  it.each([...playbooks])('%s proposes known actions, and only reversible ones below high impact', (_, playbook) => {
    // Where telemetry is missed there is nobody to contain; what to do is said in the investigation.
    if (playbook.family === 'telemetry-gap') expect(playbook.actions).toEqual([]);
    else expect(playbook.actions.length).toBeGreaterThanOrEqual(2);
    for (const { kind, impact, reversible } of playbook.actions) {
      expect(kinds).toContain(kind);
      if (!reversible && kind !== 'collect_memory' && kind !== 'notify_owner') expect(impact).toBe('high');
    }
  });
});
