import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Activity, JsonObject } from '../contracts/event.ts';
import { lensOf } from './index.ts';
import { whenceOf } from './whence.ts';

const iso = '2024-04-17T18:30:09Z';
const browser = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36';
const lyon = { country: 'fr', network: 'as3215', latitude: 45.75, longitude: 4.85 };
const nowhere = { network: undefined, latitude: undefined, longitude: undefined };

const entra = {
  ipAddress: '203.0.113.5',
  userAgent: browser,
  autonomousSystemNumber: 3215,
  location: { city: 'Lyon', countryOrRegion: 'FR', geoCoordinates: { latitude: 45.75, longitude: 4.85 } },
  status: { errorCode: 0 },
};

const cases: Record<string, readonly [JsonObject, string, string | undefined, Activity['whence']]> = {
  'Entra sign-in of Graph': [
    { id: 's', createdDateTime: iso, userPrincipalName: 'ana@corp.example', appDisplayName: 'Portal', ...entra },
    'azure',
    browser,
    lyon,
  ],
  'Entra sign-in of diagnostic settings': [
    {
      time: iso,
      resourceId: '/tenants/t/providers/Microsoft.aadiam',
      category: 'SignInLogs',
      location: 'FR',
      properties: { userPrincipalName: 'ana@corp.example', ...entra, autonomousSystemNumber: '3215' },
    },
    'azure',
    browser,
    lyon,
  ],
  'Entra sign-in in Log Analytics': [
    {
      TimeGenerated: iso,
      Type: 'SigninLogs',
      UserPrincipalName: 'ana@corp.example',
      ResultType: '0',
      UserAgent: browser,
      Location: 'FR',
      AutonomousSystemNumber: '3215',
      LocationDetails: entra.location,
    },
    'azure',
    browser,
    lyon,
  ],
  'Entra audit, which says nothing of it': [
    { id: 'a', activityDateTime: iso, activityDisplayName: 'Add user', initiatedBy: {}, loggedByService: 'Core' },
    'azure',
    undefined,
    undefined,
  ],
  'M365, Exchange': [
    { CreationTime: iso, Workload: 'Exchange', Operation: 'MailItemsAccessed', ClientInfoString: 'Client=REST;' },
    'm365',
    'Client=REST;',
    undefined,
  ],
  'M365, Entra': [
    {
      CreationTime: iso,
      Workload: 'AzureActiveDirectory',
      Operation: 'UserLoggedIn',
      ExtendedProperties: [null, { Name: 'RequestType', Value: 'x' }, { Name: 'UserAgent', Value: browser }],
    },
    'm365',
    browser,
    undefined,
  ],
  CloudTrail: [
    {
      eventTime: iso,
      eventName: 'ListUsers',
      eventSource: 'iam.amazonaws.com',
      awsRegion: 'x',
      userAgent: 'aws-cli/2.1',
    },
    'cloudtrail',
    'aws-cli/2.1',
    undefined,
  ],
  Okta: [
    {
      published: iso,
      eventType: 'user.session.start',
      actor: { alternateId: 'ana@corp.example' },
      client: {
        userAgent: { rawUserAgent: browser },
        geographicalContext: { country: 'France', geolocation: { lat: 45.75, lon: 4.85 } },
      },
      securityContext: { asNumber: 3215 },
    },
    'okta',
    browser,
    lyon,
  ],
  'ECS, nested': [
    {
      '@timestamp': iso,
      event: { category: ['authentication'], outcome: 'success' },
      user_agent: { original: browser },
      source: { geo: { country_iso_code: 'FR', location: { lat: 45.75, lon: 4.85 } }, as: { number: 3215 } },
    },
    'ecs',
    browser,
    lyon,
  ],
  'ECS, dotted, the point as text': [
    {
      '@timestamp': iso,
      'event.category': 'authentication',
      'source.geo.country_iso_code': 'FR',
      'source.geo.location': '45.75,4.85',
      'source.as.number': 3215,
    },
    'ecs',
    undefined,
    lyon,
  ],
  'Google Cloud': [
    {
      timestamp: iso,
      logName: 'x',
      protoPayload: { methodName: 'x', requestMetadata: { callerSuppliedUserAgent: 'gcloud/1' } },
    },
    'gcp',
    'gcloud/1',
    undefined,
  ],
  Kubernetes: [
    { auditID: 'k', verb: 'get', stageTimestamp: iso, userAgent: 'kubectl/v1' },
    'kubernetes',
    'kubectl/v1',
    undefined,
  ],
  GitHub: [
    {
      '@timestamp': 1,
      action: 'repo.x',
      actor: 'ana',
      org: 'o',
      user_agent: 'git/2',
      actor_location: { country_code: 'FR' },
    },
    'github',
    'git/2',
    { country: 'fr', ...nowhere },
  ],
  GuardDuty: [
    {
      type: 'UnauthorizedAccess:IAMUser/ConsoleLogin',
      severity: 5,
      service: {
        serviceName: 'guardduty',
        eventLastSeen: iso,
        action: {
          awsApiCallAction: {
            userAgent: 'aws-cli/2.1',
            remoteIpDetails: {
              ipAddressV4: '203.0.113.5',
              country: { countryName: 'France' },
              organization: { asn: '3215', asnOrg: 'Orange' },
              geoLocation: { lat: 45.75, lon: 4.85 },
            },
          },
        },
      },
    },
    'guardduty',
    'aws-cli/2.1',
    lyon,
  ],
  'Zeek http': [{ ts: 1.5, _path: 'http', method: 'GET', uri: '/', user_agent: 'curl/8' }, 'zeek', 'curl/8', undefined],
  'Suricata http': [
    { timestamp: iso, event_type: 'http', flow_id: 1, http: { http_user_agent: 'curl/8' } },
    'suricata',
    'curl/8',
    undefined,
  ],
  'a proxy in CEF': [
    { cef: { deviceVendor: 'p', extension: { requestClientApplication: 'curl/8' } } },
    'cef',
    'curl/8',
    undefined,
  ],
};

describe('whence and by what program', () => {
  test.each(Object.entries(cases))('%s', (_name, [record, lens, agent, whence]) => {
    expect(lensOf(record).name).toBe(lens);
    const activity = lensOf(record).activity(record);
    expect(activity.userAgent).toBe(agent);
    expect(activity.whence).toEqual(whence);
  });

  test('what products write for "not found" is no place', () => {
    expect(whenceOf('', 0, 0, 0)).toBeUndefined();
    expect(whenceOf(undefined, undefined, undefined, undefined)).toBeUndefined();
    expect(whenceOf('DE', undefined, 91, 10)).toEqual({ country: 'de', ...nowhere });
    expect(whenceOf('DE', undefined, 48, null)).toEqual({ country: 'de', ...nowhere });
    for (const [name, code] of [
      ['Germany', 'de'],
      ['Vanuatu', 'vu'],
      ['France', 'fr'],
      ['United Kingdom', 'gb'],
      ['Russia', 'ru'],
    ])
      expect(whenceOf(name, undefined)?.country).toBe(code);
    expect(whenceOf('Atlantis', 'AS701', ' ', 3)).toMatchObject({ country: 'atlantis', network: 'as701' });
  });

  test('whatever a stranger writes, it is bounded and coordinates are both or neither', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), fc.anything(), (country, network, north, east) => {
        const whence = whenceOf(country, network, north, east);
        expect(whence?.country?.length ?? 0).toBeLessThanOrEqual(100);
        expect(whence?.network?.length ?? 0).toBeLessThanOrEqual(102);
        expect(whence?.latitude === undefined).toBe(whence?.longitude === undefined);
      }),
    );
    const long = { ts: 1, _path: 'http', user_agent: 'x'.repeat(100_000) };
    expect(lensOf(long).activity(long).userAgent).toHaveLength(512);
  });

  const samples = join(import.meta.dirname, '../../../shared/data/cloud_samples_panther');
  if (!existsSync(samples)) console.info(`whence of vendors' own samples: skipped, no ${samples}`);
  test.skipIf(!existsSync(samples))('holds in samples of vendors, written by others', () => {
    const found: Record<string, { records: number; agents: number; countries: number; points: number }> = {};
    for (const file of readdirSync(samples).filter((name) => name.endsWith('.ndjson.gz'))) {
      for (const line of gunzipSync(readFileSync(join(samples, file)))
        .toString()
        .split('\n')) {
        const event = line === '' ? undefined : (JSON.parse(line) as { event: JsonObject }).event;
        if (event === undefined) continue;
        const lens = lensOf(event);
        const { userAgent, whence } = lens.activity(event);
        const seen = found[lens.name] ?? { records: 0, agents: 0, countries: 0, points: 0 };
        found[lens.name] = seen;
        seen.records += 1;
        if (userAgent !== undefined) seen.agents += 1;
        if (whence?.country !== undefined) {
          seen.countries += 1;
          expect(whence.country).toMatch(/^[a-z]{2}$/);
        }
        if (whence?.latitude !== undefined) seen.points += 1;
      }
    }
    if (process.env.SHOW === '1') console.info(found);
    expect(found.cloudtrail?.agents).toBeGreaterThan(100);
    expect(found.okta?.countries).toBeGreaterThan(10);
    expect(found.okta?.points).toBeGreaterThan(10);
    expect(found.m365?.agents).toBeGreaterThan(0);
    expect(found.gcp?.agents).toBeGreaterThan(20);
    expect(found.azure?.countries).toBeGreaterThan(0);
  });
});
