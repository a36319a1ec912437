import { type Answer, type Ask, quoted } from '../tool.ts';

const TOLD = 8;

/** Which rules see nothing while telemetry is missing, as the watch knows them by what the source used to send. Told, not counted. */
export function blindRules({ lead }: Ask): Answer | undefined {
  const query = { detection: lead.id };
  if (lead.detector.id === 'baseline:all-sources-silent')
    return { query, answer: 'All of them: nothing comes in from any source.', logOdds: 0, evidence: [] };
  const blind = lead.fields.filter(({ selection }) => selection === 'blind');
  if (blind.length === 0) return undefined;
  const told = blind
    .slice(0, TOLD)
    .map(({ field, value, pattern }) => `${quoted(field, 80)}: ${quoted(value, 60)} ${quoted(pattern, 60)}`);
  const more = blind.length > TOLD ? `; and ${blind.length - TOLD} more` : '';
  return { query, answer: `${told.join('; ')}${more}.`, logOdds: 0, evidence: [] };
}
