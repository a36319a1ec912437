import { apiCall } from './api-call.ts';
import type { MakeBaseline } from './baseline.ts';
import { beaconing } from './beaconing.ts';
import { commandLine } from './command-line.ts';
import { fanOut } from './fan-out.ts';
import { addressByProgram } from './first-address-by-program.ts';
import { childOfParent } from './first-child-of-parent.ts';
import { domainByProgram } from './first-domain-by-program.ts';
import { driver } from './first-driver.ts';
import { programByUser } from './first-program-by-user.ts';
import { programInTenant } from './first-program-in-tenant.ts';
import { programOnHost } from './first-program-on-host.ts';
import { service } from './first-service.ts';
import { task } from './first-task.ts';
import { userOnHost } from './first-user-on-host.ts';
import { makeHostSilence } from './host-silence.ts';
import { impossibleTravel } from './impossible-travel.ts';
import { logonGraph } from './logon-graph.ts';
import { obfuscation } from './obfuscation.ts';
import { peerGroup } from './peer-group.ts';
import { signInPlace } from './sign-in-place.ts';
import { makeUnusualHours } from './unusual-hours.ts';
import { userAgent } from './user-agent.ts';
import { makeVolume } from './volume.ts';

/** Every baseline there is, in the order they are asked. */
export const all: readonly MakeBaseline[] = [
  programOnHost,
  programByUser,
  programInTenant,
  childOfParent,
  userOnHost,
  addressByProgram,
  domainByProgram,
  service,
  task,
  driver,
  makeVolume,
  makeUnusualHours,
  makeHostSilence,
  beaconing,
  fanOut,
  logonGraph,
  signInPlace,
  impossibleTravel,
  userAgent,
  apiCall,
  peerGroup,
  commandLine,
  obfuscation,
];
