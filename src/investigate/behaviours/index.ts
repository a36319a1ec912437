import type { Behaviour } from './behaviour.ts';
import { entryToFoothold } from './entry-to-foothold.ts';
import { footholdToHarm } from './foothold-to-harm.ts';

export type { Behaviour } from './behaviour.ts';

export const behaviours: readonly Behaviour[] = [...entryToFoothold, ...footholdToHarm];
