import type { Company } from '../company.ts';
import type { Person } from '../people.ts';
import type { Random } from '../random.ts';
import type { Simulation } from '../simulation.ts';
import { writeSignIn } from './entra.ts';

/** Applications people sign in to: id and display name. */
const applications = {
  office: ['4765445b-32c6-49b0-83e6-1d93765276ca', 'OfficeHome'],
  outlook: ['d3590ed6-52b3-4102-aeff-aad2292ab01c', 'Microsoft Office'],
  teams: ['1fec8e78-bce4-4aaf-ab1b-5451cc387264', 'Microsoft Teams'],
  sharepoint: ['00000003-0000-0ff1-ce00-000000000000', 'Office 365 SharePoint Online'],
  awsSso: ['0a7bdc5c-7b57-40be-9939-d4c5fc7cd417', 'AWS IAM Identity Center'],
  securityInfo: ['19db86c3-b2b9-44cc-b339-36da233a3be2', 'My Signins'],
} as const;
type Application = keyof typeof applications;

/** Failures by the name LogonError gives them: number and reason. */
const signInErrors = {
  InvalidUserNameOrPassword: ['50126', 'Error validating credentials due to invalid username or password.'],
  IdsLocked: [
    '50053',
    "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
  ],
  UserStrongAuthClientAuthNRequiredInterrupt: ['50074', 'Strong Authentication is required.'],
} as const;
type SignInError = keyof typeof signInErrors;

const systems = [
  ['Windows', 'Windows10'],
  ['iPhone', 'Ios 17.3'],
  ['Android', 'Android 14'],
] as const;
const browsers = [
  ['Edg/', 'Edge 122.0.0'],
  ['Safari/604', 'Mobile Safari 17.3'],
  ['Chrome/120', 'Chrome 120.0.0'],
] as const;

/** Microsoft 365's unified audit log as the Management Activity API returns it: sign-ins, directory, mailbox and files. */
export class UnifiedAudit {
  readonly #sim: Simulation;
  readonly #company: Company;
  readonly #random: Random;

  constructor(sim: Simulation, company: Company) {
    this.#sim = sim;
    this.#company = company;
    this.#random = sim.random.fork('m365');
  }

  #write(
    recordType: number,
    operation: string,
    workload: string,
    userId: string,
    userKey: string,
    rest: object,
    userType = 0,
  ): void {
    this.#sim.emit('m365', {
      CreationTime: new Date(this.#sim.now).toISOString().slice(0, 19),
      Id: this.#random.guid(),
      Operation: operation,
      OrganizationId: this.#company.tenantId,
      RecordType: recordType,
      UserKey: userKey,
      UserType: userType,
      Version: 1,
      Workload: workload,
      UserId: userId,
      ...rest,
    });
    this.#sim.pass(this.#random.int(20, 300));
  }

  /** A sign-in, in both logs: Entra's own and the unified audit log. */
  signIn(person: Person, app: Application, from: string, userAgent: string, error?: SignInError, device = true): void {
    const failed = error !== undefined;
    const correlationId = this.#random.guid();
    const system = systems.find(([mark]) => userAgent.includes(mark))?.[1] ?? 'Linux';
    const browser = browsers.find(([mark]) => userAgent.includes(mark))?.[1] ?? 'Chrome';
    writeSignIn(this.#sim, this.#company, this.#random, {
      user: person.mail,
      objectId: person.objectId,
      name: person.name,
      applicationId: applications[app][0],
      application: applications[app][1],
      from,
      userAgent,
      correlationId,
      errorCode: failed ? Number(signInErrors[error][0]) : 0,
      failureReason: failed ? signInErrors[error][1] : '',
      device,
      browser,
      system,
    });
    this.#write(15, failed ? 'UserLoginFailed' : 'UserLoggedIn', 'AzureActiveDirectory', person.mail, person.objectId, {
      ResultStatus: failed ? 'Failed' : 'Success',
      ObjectId: applications.sharepoint[0],
      ClientIP: from,
      ActorIpAddress: from,
      ActorContextId: this.#company.tenantId,
      Actor: [
        { ID: person.objectId, Type: 0 },
        { ID: person.mail, Type: 5 },
      ],
      ApplicationId: applications[app][0],
      AzureActiveDirectoryEventType: 1,
      DeviceProperties: [
        { Name: 'OS', Value: system },
        { Name: 'BrowserType', Value: browser },
        { Name: 'IsCompliantAndManaged', Value: device ? 'True' : 'False' },
        { Name: 'SessionId', Value: this.#random.guid() },
      ],
      ...(failed ? { LogonError: error, ErrorNumber: signInErrors[error][0] } : { ErrorNumber: '0' }),
      ExtendedProperties: [
        { Name: 'ResultStatusDetail', Value: failed ? 'UserError' : 'Success' },
        { Name: 'UserAgent', Value: userAgent },
        { Name: 'RequestType', Value: failed ? 'Login:login' : 'OAuth2:Authorize' },
      ],
      InterSystemsId: correlationId,
      IntraSystemId: this.#random.guid(),
      SupportTicketId: '',
      Target: [{ ID: applications.sharepoint[0], Type: 0 }],
      TargetContextId: this.#company.tenantId,
    });
  }

  /** A change in the directory, by one account on another (or itself). */
  directory(
    operation: string,
    actor: Person,
    target: Person,
    from: string,
    modified: readonly { Name: string; NewValue: string; OldValue: string }[],
  ): void {
    this.#write(8, operation, 'AzureActiveDirectory', actor.mail, actor.objectId, {
      ResultStatus: 'Success',
      ObjectId: target.mail,
      ClientIP: from,
      ActorIpAddress: from,
      AzureActiveDirectoryEventType: 1,
      Actor: [
        { ID: actor.mail, Type: 5 },
        { ID: actor.objectId, Type: 3 },
      ],
      Target: [
        { ID: target.mail, Type: 5 },
        { ID: target.objectId, Type: 3 },
      ],
      ActorContextId: this.#company.tenantId,
      TargetContextId: this.#company.tenantId,
      InterSystemsId: this.#random.guid(),
      IntraSystemId: this.#random.guid(),
      ModifiedProperties: modified,
      ExtendedProperties: [{ Name: 'additionalDetails', Value: '{}' }],
    });
  }

  /** An Exchange cmdlet: `New-InboxRule`, `Set-Mailbox`, ... */
  cmdlet(
    operation: string,
    actor: Person,
    from: string,
    object: string,
    parameters: Readonly<Record<string, string>>,
  ): void {
    this.#write(1, operation, 'Exchange', actor.mail, actor.mail, {
      ResultStatus: 'True',
      ObjectId: object,
      ClientIP: `${from}:${this.#random.int(10000, 60000)}`,
      ExternalAccess: false,
      OrganizationName: 'corvane.onmicrosoft.example',
      OriginatingServer: 'LO2P265MB1234 (15.20.7339.033)',
      Parameters: Object.entries(parameters).map(([Name, Value]) => ({ Name, Value })),
    });
  }

  /** Mailbox audit: items read, sent, deleted. */
  mailbox(
    operation: 'MailItemsAccessed' | 'Send' | 'MoveToDeletedItems' | 'HardDelete',
    person: Person,
    from: string,
    client: string,
    subjects: readonly string[],
  ): void {
    this.#write(operation === 'MailItemsAccessed' ? 50 : 2, operation, 'Exchange', person.mail, person.sid, {
      ResultStatus: 'Succeeded',
      ClientIPAddress: from,
      ClientInfoString: client,
      ExternalAccess: false,
      InternalLogonType: 0,
      LogonType: 0,
      LogonUserSid: person.sid,
      MailboxGuid: person.objectId,
      MailboxOwnerUPN: person.mail,
      MailboxOwnerSid: person.sid,
      ...(operation === 'MailItemsAccessed'
        ? {
            OperationCount: Math.max(1, subjects.length),
            OperationProperties: [{ Name: 'MailAccessType', Value: 'Bind' }],
          }
        : { AffectedItems: subjects.map((subject) => ({ Subject: subject, Id: this.#random.hex(24) })) }),
    });
  }

  /** SharePoint and OneDrive. */
  file(
    operation:
      | 'FileAccessed'
      | 'FileModified'
      | 'FileDownloaded'
      | 'FileUploaded'
      | 'FilePreviewed'
      | 'FileSyncDownloadedFull'
      | 'SharingSet'
      | 'AnonymousLinkCreated'
      | 'FileDeleted',
    person: Person,
    from: string,
    userAgent: string,
    site: string,
    path: string,
  ): void {
    const url = `https://corvane.sharepoint.example/sites/${site}/`;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const sharing = operation === 'SharingSet' || operation === 'AnonymousLinkCreated';
    this.#write(
      sharing ? 14 : 6,
      operation,
      site === 'personal' ? 'OneDrive' : 'SharePoint',
      person.mail,
      `i:0h.f|membership|${person.objectId.slice(0, 16).replaceAll('-', '')}@live.com`,
      {
        ClientIP: from,
        CorrelationId: this.#random.guid(),
        EventSource: 'SharePoint',
        ItemType: 'File',
        ListItemUniqueId: this.#random.guid(),
        Site: this.#company.tenantId,
        UserAgent: userAgent,
        SiteUrl: url,
        SourceFileName: name,
        SourceFileExtension: name.slice(name.lastIndexOf('.') + 1),
        SourceRelativeUrl: `Shared Documents/${path.slice(0, Math.max(0, path.lastIndexOf('/')))}`,
        ObjectId: `${url}Shared Documents/${path}`,
      },
    );
  }
}
