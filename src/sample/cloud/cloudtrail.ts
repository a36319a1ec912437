import { isoSeconds } from '../calendar.ts';
import type { Random } from '../random.ts';
import type { Simulation } from '../simulation.ts';

/** Who calls an AWS API, as `userIdentity` shows it. */
export interface Principal {
  readonly type: 'IAMUser' | 'AssumedRole' | 'Root' | 'AWSService';
  /** User name, or role name. */
  readonly name: string;
  readonly session?: string;
  readonly keyId?: string;
  readonly principalId: string;
  readonly mfa?: boolean;
  readonly invokedBy?: string;
}

export interface Call {
  /** `ec2`, `iam`, `sts`, ...: the part before `.amazonaws.com`. */
  readonly service: string;
  readonly name: string;
  readonly readOnly: boolean;
  readonly request?: object | null;
  readonly response?: object | null;
  readonly error?: { readonly code: string; readonly message: string };
  readonly region?: string;
  readonly data?: { readonly resources: readonly object[] };
  readonly extra?: object;
  readonly type?: 'AwsApiCall' | 'AwsConsoleSignIn' | 'AwsServiceEvent';
}

export interface Caller {
  readonly principal: Principal;
  readonly address: string;
  readonly userAgent: string;
  /** When the role session began, ms; the act's time where left out. */
  readonly since?: number;
}

function identity(account: string, caller: Caller, now: number): object {
  const { principal } = caller;
  if (principal.type === 'Root') {
    return {
      type: 'Root',
      principalId: account,
      arn: `arn:aws:iam::${account}:root`,
      accountId: account,
      accessKeyId: '',
      ...(principal.mfa === undefined
        ? {}
        : {
            sessionContext: {
              attributes: { creationDate: isoSeconds(caller.since ?? now), mfaAuthenticated: String(principal.mfa) },
            },
          }),
    };
  }
  if (principal.type === 'AWSService') return { type: 'AWSService', invokedBy: principal.invokedBy };
  if (principal.type === 'IAMUser') {
    return {
      type: 'IAMUser',
      principalId: principal.principalId,
      arn: `arn:aws:iam::${account}:user/${principal.name}`,
      accountId: account,
      accessKeyId: principal.keyId ?? '',
      userName: principal.name,
      ...(principal.mfa === undefined
        ? {}
        : {
            sessionContext: {
              attributes: { creationDate: isoSeconds(caller.since ?? now), mfaAuthenticated: String(principal.mfa) },
            },
          }),
    };
  }
  return {
    type: 'AssumedRole',
    principalId: `${principal.principalId}:${principal.session ?? 'session'}`,
    arn: `arn:aws:sts::${account}:assumed-role/${principal.name}/${principal.session ?? 'session'}`,
    accountId: account,
    accessKeyId: principal.keyId ?? '',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: principal.principalId,
        arn: `arn:aws:iam::${account}:role/${principal.name}`,
        accountId: account,
        userName: principal.name,
      },
      attributes: { creationDate: isoSeconds(caller.since ?? now), mfaAuthenticated: String(principal.mfa ?? false) },
    },
    ...(principal.invokedBy === undefined ? {} : { invokedBy: principal.invokedBy }),
  };
}

/** The CloudTrail of one AWS account, as its log files' records. */
export class CloudTrail {
  readonly account: string;
  readonly #sim: Simulation;
  readonly #random: Random;

  constructor(sim: Simulation, account: string) {
    this.#sim = sim;
    this.account = account;
    this.#random = sim.random.fork('cloudtrail');
  }

  call(caller: Caller, call: Call): void {
    const sim = this.#sim;
    const region = call.region ?? (call.service === 'iam' ? 'us-east-1' : 'eu-west-2');
    const console = call.type === 'AwsConsoleSignIn';
    sim.emit('cloudtrail', {
      eventVersion: '1.09',
      userIdentity: identity(this.account, caller, sim.now),
      eventTime: isoSeconds(sim.now),
      eventSource: `${call.service}.amazonaws.com`,
      eventName: call.name,
      awsRegion: region,
      sourceIPAddress: caller.principal.invokedBy ?? caller.address,
      userAgent: caller.principal.invokedBy ?? caller.userAgent,
      ...(call.error === undefined ? {} : { errorCode: call.error.code, errorMessage: call.error.message }),
      requestParameters: call.request ?? null,
      responseElements: call.error === undefined ? (call.response ?? null) : null,
      ...call.extra,
      ...(console ? {} : { requestID: this.#random.guid() }),
      eventID: this.#random.guid(),
      readOnly: call.readOnly,
      ...(call.data === undefined ? {} : { resources: call.data.resources }),
      eventType: call.type ?? 'AwsApiCall',
      managementEvent: call.data === undefined,
      recipientAccountId: this.account,
      eventCategory: call.data === undefined ? 'Management' : 'Data',
      ...(caller.principal.type === 'AWSService'
        ? {}
        : {
            tlsDetails: {
              tlsVersion: 'TLSv1.3',
              cipherSuite: 'TLS_AES_128_GCM_SHA256',
              clientProvidedHostHeader: console
                ? 'eu-west-2.signin.aws.amazon.com'
                : `${call.service}.${region}.amazonaws.com`,
            },
          }),
    });
    sim.pass(this.#random.int(40, 400));
  }
}

const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** `AKIA...`, `ASIA...`, `AIDA...`, `AROA...`: as AWS makes its ids. */
export function awsId(random: Random, prefix: 'AKIA' | 'ASIA' | 'AIDA' | 'AROA'): string {
  return prefix + random.text(17, idAlphabet).slice(0, prefix === 'AKIA' || prefix === 'ASIA' ? 16 : 17);
}
