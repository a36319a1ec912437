import { type Answer, type Ask, quoted } from '../tool.ts';

/** What the strongest detector claims, and what usually explains it when it is harmless. Background, so it moves nothing. */
export function techniqueContext(ask: Ask): Answer | undefined {
  const { detector, fields, events } = ask.lead;
  const causes = detector.falsePositives.filter((cause) => !/^unknown$|^none$/i.test(cause));
  const matched = fields
    .slice(0, 3)
    .map(({ field, value }) => `${quoted(field || 'value', 40)} = ${quoted(value, 90)}`);
  const techniques = detector.techniques.length === 0 ? 'no technique named' : detector.techniques.join(', ');
  return {
    query: { detector: detector.id, version: detector.version },
    answer: `"${detector.title}" (${techniques})${matched.length > 0 ? ` matched ${matched.join('; ')}` : ''}. ${causes.length > 0 ? `Its author lists as usual benign causes: ${causes.join('; ')}.` : 'Its author lists no usual benign cause.'}`,
    logOdds: 0,
    evidence: events.slice(0, 1),
  };
}
