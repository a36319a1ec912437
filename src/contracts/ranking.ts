import { z } from 'zod';

const Part = z.object({ value: z.number().min(0).max(1), text: z.string() });

/** Why a finding stands where it stands in the queue: expectedLoss = threat probability x stake x urgency, each from 0 to 1. */
export const Ranking = z.object({ stake: Part, urgency: Part, expectedLoss: Part });
export type Ranking = z.infer<typeof Ranking>;
