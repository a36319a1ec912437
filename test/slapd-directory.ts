/** The directory that `test/slapd.ts` serves: a small company, and attributes of Active Directory on one entry. */

export const baseDn = 'dc=example,dc=org';
export const bindDn = 'uid=bridgewatch,ou=services,dc=example,dc=org';
/** What the tenant's applications compare the start of a session with. */
export const epochAttribute = 'sessionsNotBefore';

/** Attributes slapd does not know: Active Directory's, with its own OIDs but with matching rules, and the session epoch. */
const schema = `dn: cn=sample,cn=schema,cn=config
objectClass: olcSchemaConfig
cn: sample
olcAttributeTypes: ( 1.3.6.1.4.1.4203.666.1.901 NAME '${epochAttribute}' EQUALITY generalizedTimeMatch
  ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )
olcAttributeTypes: ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
olcAttributeTypes: ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
olcAttributeTypes: ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
olcAttributeTypes: ( 1.2.840.113556.1.4.146 NAME 'objectSid' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
olcAttributeTypes: ( 1.2.840.113556.1.4.98 NAME 'primaryGroupID' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
olcAttributeTypes: ( 1.2.840.113556.1.4.150 NAME 'adminCount' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
olcObjectClasses: ( 1.3.6.1.4.1.4203.666.1.902 NAME 'sessionHolder' SUP top AUXILIARY MAY ( ${epochAttribute} ) )
olcObjectClasses: ( 1.3.6.1.4.1.4203.666.1.903 NAME 'securityPrincipal' SUP top AUXILIARY
  MAY ( userAccountControl $ sAMAccountName $ objectGUID $ objectSid $ primaryGroupID $ adminCount ) )
`;

export interface ConfigurationOptions {
  readonly folder: string;
  readonly rootPassword: string;
}

/** `cn=config` as LDIF: TLS, the password policy overlay, and a service account that may write three attributes only.
 * To compare passwords, which makes the directory say whether an account is usable, it has the right for `ou=people` alone. */
export function configuration({ folder, rootPassword }: ConfigurationOptions): string {
  return `dn: cn=config
objectClass: olcGlobal
cn: config
olcPidFile: ${folder}/slapd.pid
olcArgsFile: ${folder}/slapd.args
olcTLSCertificateFile: ${folder}/certificate.pem
olcTLSCertificateKeyFile: ${folder}/key.pem

dn: cn=module{0},cn=config
objectClass: olcModuleList
cn: module{0}
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb
olcModuleLoad: ppolicy

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file:///etc/ldap/schema/core.ldif
include: file:///etc/ldap/schema/cosine.ldif
include: file:///etc/ldap/schema/inetorgperson.ldif

${schema}
dn: olcDatabase={-1}frontend,cn=config
objectClass: olcDatabaseConfig
objectClass: olcFrontendConfig
olcDatabase: {-1}frontend
olcAccess: to dn.base="" by * read
olcAccess: to dn.base="cn=Subschema" by * read

dn: olcDatabase={1}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {1}mdb
olcSuffix: ${baseDn}
olcRootDN: cn=root,${baseDn}
olcRootPW: ${rootPassword}
olcDbDirectory: ${folder}/data
olcDbMaxSize: 16777216
olcDbNoSync: TRUE
olcDbIndex: objectClass,uid,entryUUID,member eq
olcAccess: to dn.subtree="ou=people,${baseDn}" attrs=userPassword
  by dn.exact="${bindDn}" compare by anonymous auth by * none
olcAccess: to attrs=userPassword by anonymous auth by * none
olcAccess: to attrs=pwdAccountLockedTime,userAccountControl,${epochAttribute}
  by dn.exact="${bindDn}" write by users read by * none
olcAccess: to * by users read by * none

dn: olcOverlay=ppolicy,olcDatabase={1}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcPPolicyConfig
olcOverlay: ppolicy
olcPPolicyDefault: cn=default,ou=policies,${baseDn}
`;
}

const people = ['alice', 'bob', 'carol', 'dave', 'grace', "o'brien (ext) *"];

/** A user name as a person of the directory, with a password of its own: `<uid>-<salt>`. */
function person(uid: string, unit: string, salt: string, more = ''): string {
  return `dn: uid=${uid.replaceAll(/[,+"\\<>;]/g, '\\$&')},ou=${unit},${baseDn}
objectClass: inetOrgPerson
objectClass: sessionHolder
uid: ${uid}
cn: ${uid}
sn: ${uid}
userPassword: ${uid}-${salt}
${more}`;
}

const group = (cn: string, members: readonly string[]): string =>
  `dn: cn=${cn},ou=groups,${baseDn}
objectClass: groupOfNames
cn: ${cn}
${members.map((each) => `member: ${each},${baseDn}\n`).join('')}`;

/** The entries as LDIF. */
export function entries(salt: string, servicePassword: string): string {
  const unit = (ou: string): string => `dn: ou=${ou},${baseDn}\nobjectClass: organizationalUnit\nou: ${ou}\n`;
  const policy = (cn: string, lockout: 'TRUE' | 'FALSE'): string => `dn: cn=${cn},ou=policies,${baseDn}
objectClass: organizationalRole
objectClass: pwdPolicy
cn: ${cn}
pwdAttribute: userPassword
pwdLockout: ${lockout}
`;
  return [
    `dn: ${baseDn}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n`,
    ...['people', 'branch', 'services', 'groups', 'policies'].map(unit),
    policy('default', 'TRUE'),
    policy('lenient', 'FALSE'),
    `dn: ${bindDn}
objectClass: account
objectClass: simpleSecurityObject
uid: bridgewatch
userPassword: ${servicePassword}
`,
    ...people.map((uid) => person(uid, 'people', salt)),
    person('erin', 'people', salt, `pwdPolicySubentry: cn=lenient,ou=policies,${baseDn}\n`),
    person('twin', 'people', salt),
    person('twin', 'branch', salt),
    person('heidi', 'branch', salt),
    person(
      'dora',
      'people',
      salt,
      `objectClass: securityPrincipal
sAMAccountName: Dora
userAccountControl: 66048
objectGUID:: AAECAwQFBgcICQoLDA0ODw==
objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUgQAAA==
primaryGroupID: 513
`,
    ),
    group('staff', ['uid=alice,ou=people', 'uid=bob,ou=people', 'uid=carol,ou=people']),
    group('operators', ['uid=carol,ou=people']),
    group('admins', ['cn=operators,ou=groups', 'uid=dave,ou=people']),
    // Its own member, through another: a walk that does not look where it has been never ends.
    group('loop-a', ['uid=alice,ou=people', 'cn=loop-b,ou=groups']),
    group('loop-b', ['cn=loop-a,ou=groups']),
  ].join('\n');
}
