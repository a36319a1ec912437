import { apiCall } from './api-call.ts';
import type { MakeBaseline } from './baseline.ts';
import { impossibleTravel } from './impossible-travel.ts';
import { peerGroup } from './peer-group.ts';
import { signInPlace } from './sign-in-place.ts';
import { userAgent } from './user-agent.ts';

/** Every baseline there is, in the order they are asked. */
export const all: readonly MakeBaseline[] = [signInPlace, impossibleTravel, userAgent, apiCall, peerGroup];
