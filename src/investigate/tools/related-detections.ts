import { type Answer, type Ask, EVIDENCE_LIMIT } from '../tool.ts';

/**
 * Which detections make up the story, in order? Told, not counted: each detector already has its own term, and counting it
 * again here would claim two witnesses where there is one.
 */
export function relatedDetections(ask: Ask): Answer | undefined {
  const { detections } = ask.candidate;
  if (detections.length < 2)
    return {
      query: { story: ask.candidate.id },
      answer: 'This is the only detection of the story.',
      logOdds: 0,
      evidence: ask.lead.events.slice(0, 1),
    };
  const minutes = Math.round((ask.candidate.lastEventAt - ask.candidate.firstEventAt) / 60_000);
  const firsts = new Map<string, { title: string; event: string; times: number }>();
  for (const { detector, events } of detections) {
    const seen = firsts.get(detector.id);
    if (seen === undefined) firsts.set(detector.id, { title: detector.title, event: events[0] ?? '', times: 1 });
    else seen.times++;
  }
  const told = [...firsts.values()].slice(0, 8).map(({ title, times }) => (times > 1 ? `${title} (${times})` : title));
  return {
    query: { story: ask.candidate.id },
    answer: `${detections.length} detections by ${firsts.size} detectors over ${minutes} minutes, first to last: ${told.join('; ')}${firsts.size > told.length ? '; …' : ''}.`,
    logOdds: 0,
    evidence: [...firsts.values()].map(({ event }) => event).slice(0, EVIDENCE_LIMIT),
  };
}
