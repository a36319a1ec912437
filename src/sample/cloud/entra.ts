import { isoTime } from '../calendar.ts';
import type { Company } from '../company.ts';
import { whereIs } from '../internet.ts';
import type { Random } from '../random.ts';
import type { Simulation } from '../simulation.ts';

/** One sign-in as both of Microsoft's logs know it. */
export interface SignIn {
  readonly user: string;
  readonly objectId: string;
  readonly name: string;
  readonly applicationId: string;
  readonly application: string;
  readonly from: string;
  readonly userAgent: string;
  readonly correlationId: string;
  /** 0 is success. */
  readonly errorCode: number;
  readonly failureReason: string;
  readonly device: boolean;
  readonly browser: string;
  readonly system: string;
}

/** Entra's sign-in log, as Azure Monitor's diagnostic settings export it. */
export function writeSignIn(sim: Simulation, company: Company, random: Random, signIn: SignIn): void {
  const place = whereIs(signIn.from);
  const success = signIn.errorCode === 0;
  sim.emit('entra-signins', {
    time: isoTime(sim.now),
    resourceId: `/tenants/${company.tenantId}/providers/Microsoft.aadiam`,
    operationName: 'Sign-in activity',
    operationVersion: '1.0',
    category: 'SignInLogs',
    tenantId: company.tenantId,
    resultType: String(signIn.errorCode),
    resultSignature: success ? 'SUCCESS' : 'FAILURE',
    ...(success ? {} : { resultDescription: signIn.failureReason }),
    durationMs: 0,
    callerIpAddress: signIn.from,
    correlationId: signIn.correlationId,
    identity: signIn.name,
    Level: 4,
    location: place.country,
    properties: {
      id: random.guid(),
      createdDateTime: isoTime(sim.now - random.int(200, 4000)),
      userDisplayName: signIn.name,
      userPrincipalName: signIn.user,
      userId: signIn.objectId,
      appId: signIn.applicationId,
      appDisplayName: signIn.application,
      ipAddress: signIn.from,
      status: success
        ? { errorCode: 0, additionalDetails: 'MFA requirement satisfied by claim in the token' }
        : { errorCode: signIn.errorCode, failureReason: signIn.failureReason },
      clientAppUsed: signIn.userAgent.includes('Mobile') ? 'Mobile Apps and Desktop clients' : 'Browser',
      userAgent: signIn.userAgent,
      deviceDetail: {
        deviceId: '',
        operatingSystem: signIn.system,
        browser: signIn.browser,
        ...(signIn.device ? { trustType: 'Hybrid Azure AD joined', isCompliant: true, isManaged: true } : {}),
      },
      location: { city: place.city, countryOrRegion: place.country },
      autonomousSystemNumber: place.system,
      correlationId: signIn.correlationId,
      conditionalAccessStatus: success ? 'success' : 'notApplied',
      authenticationRequirement: success ? 'multiFactorAuthentication' : 'singleFactorAuthentication',
      isInteractive: true,
      tokenIssuerType: 'AzureAD',
      riskDetail: 'none',
      riskLevelAggregated: 'none',
      riskLevelDuringSignIn: 'none',
      riskState: 'none',
      resourceDisplayName: 'Office 365 SharePoint Online',
      userType: 'Member',
    },
  });
}
