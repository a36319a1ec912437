import { bigint, boolean, doublePrecision, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Impact } from '../../contracts/action.ts';
import type { AutonomyLevel, ClassVersions } from '../../contracts/autonomy.ts';
import type {
  AutomationStop,
  AutonomyCase,
  Canary,
  CaseLabel,
  CauseOfChange,
  Closure,
  Consideration,
  Grant,
  GrantStep,
  LabelAsked,
} from '../../contracts/grant.ts';
import type { Disposition } from '../../contracts/investigation.ts';

/** Tables of autonomy as queries see them; migrations/ makes them, with the constraints that hold what no code may forget. */
const tenantId = () => text('tenant_id').notNull();
const moment = (name: string) => bigint(name, { mode: 'number' });
const level = (name: string) => integer(name).$type<AutonomyLevel>();

export const autonomyGrants = pgTable(
  'autonomy_grants',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    classKey: text('class_key').notNull(),
    epoch: integer('epoch').notNull(),
    level: integer('level').$type<Grant['level']>().notNull(),
    impact: text('impact').$type<Impact>().notNull(),
    reversible: boolean('reversible').notNull(),
    versions: json('versions').$type<ClassVersions>().notNull(),
    coverage: json('coverage').$type<Grant['coverage']>().notNull(),
    figures: json('figures').$type<Grant['figures']>().notNull(),
    requirements: json('requirements').$type<Grant['requirements']>().notNull(),
    signedById: text('signed_by_id').notNull(),
    signedByName: text('signed_by_name').notNull(),
    signedAt: moment('signed_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    active: boolean('active').notNull(),
    endedAt: moment('ended_at'),
    endedWhy: text('ended_why'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const autonomyClasses = pgTable(
  'autonomy_classes',
  {
    tenantId: tenantId(),
    key: text('key').notNull(),
    family: text('family').notNull(),
    does: text('does').$type<'close' | 'act'>().notNull(),
    what: text('what').notNull(),
    level: level('level').notNull(),
    impact: text('impact').$type<Impact>().notNull(),
    reversible: boolean('reversible').notNull(),
    epoch: integer('epoch').notNull(),
    epochSince: moment('epoch_since').notNull(),
    versions: json('versions').$type<ClassVersions>(),
    grantId: text('grant_id'),
    grantActive: boolean('grant_active'),
    cusum: doublePrecision('cusum').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key] })],
);

export const autonomyChanges = pgTable(
  'autonomy_changes',
  {
    tenantId: tenantId(),
    key: text('key').notNull(),
    seq: integer('seq').notNull(),
    levelFrom: level('level_from').notNull(),
    levelTo: level('level_to').notNull(),
    epoch: integer('epoch').notNull(),
    cause: text('cause').$type<CauseOfChange>().notNull(),
    said: text('said').notNull(),
    byId: text('by_id'),
    byName: text('by_name'),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key, t.seq] })],
);

export const autonomyCases = pgTable(
  'autonomy_cases',
  {
    tenantId: tenantId(),
    key: text('key').notNull(),
    epoch: integer('epoch').notNull(),
    findingId: text('finding_id').notNull(),
    revision: integer('revision').notNull(),
    fromKind: text('from_kind').$type<AutonomyCase['from']>().notNull(),
    inClass: boolean('in_class').notNull(),
    at: moment('at').notNull(),
    entity: text('entity').notNull(),
    detectors: json('detectors').$type<Record<string, string>>().notNull(),
    techniques: json('techniques').$type<string[]>().notNull(),
    entities: json('entities').$type<string[]>().notNull(),
    sources: json('sources').$type<string[]>().notNull(),
    disposition: text('disposition').$type<Disposition>().notNull(),
    verdict: text('verdict').$type<Disposition>().notNull(),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
    determinedAt: moment('determined_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key, t.epoch, t.findingId] })],
);

export const autonomyLabels = pgTable(
  'autonomy_labels',
  {
    tenantId: tenantId(),
    key: text('key').notNull(),
    epoch: integer('epoch').notNull(),
    findingId: text('finding_id').notNull(),
    source: text('source').notNull(),
    kind: text('kind').$type<CaseLabel['kind']>().notNull(),
    verdict: text('verdict').$type<Disposition>().notNull(),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key, t.epoch, t.findingId, t.source] })],
);

export const autonomyLabelsAsked = pgTable(
  'autonomy_labels_asked',
  {
    tenantId: tenantId(),
    key: text('key').notNull(),
    epoch: integer('epoch').notNull(),
    findingId: text('finding_id').notNull(),
    task: text('task').notNull(),
    why: text('why').$type<LabelAsked['why']>().notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key, t.epoch, t.findingId, t.task] })],
);

export const autonomySteps = pgTable(
  'autonomy_steps',
  {
    tenantId: tenantId(),
    grantId: text('grant_id').notNull(),
    exposure: doublePrecision('exposure').$type<GrantStep['exposure']>().notNull(),
    since: moment('since').notNull(),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.grantId, t.exposure] })],
);

export const closures = pgTable(
  'closures',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    findingId: text('finding_id').notNull(),
    revision: integer('revision').notNull(),
    key: text('key').notNull(),
    grantId: text('grant_id').notNull(),
    level: integer('level').$type<Closure['level']>().notNull(),
    signedById: text('signed_by_id').notNull(),
    signedByName: text('signed_by_name').notNull(),
    disposition: text('disposition').$type<Closure['disposition']>().notNull(),
    state: text('state').$type<Closure['state']>().notNull(),
    at: moment('at').notNull(),
    openedById: text('opened_by_id'),
    openedByName: text('opened_by_name'),
    windowEndsAt: moment('window_ends_at'),
    approvedById: text('approved_by_id'),
    approvedByName: text('approved_by_name'),
    closedAt: moment('closed_at'),
    share: doublePrecision('share').notNull(),
    sampled: boolean('sampled').notNull(),
    reviewTask: text('review_task'),
    reviewDueAt: moment('review_due_at'),
    reviewedAs: text('reviewed_as').$type<Disposition>(),
    endedAt: moment('ended_at'),
    endedWhy: text('ended_why'),
    endedById: text('ended_by_id'),
    endedByName: text('ended_by_name'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const considerations = pgTable(
  'considerations',
  {
    tenantId: tenantId(),
    findingId: text('finding_id').notNull(),
    revision: integer('revision').notNull(),
    key: text('key').notNull(),
    grantId: text('grant_id').notNull(),
    outcome: text('outcome').$type<Consideration['outcome']>().notNull(),
    why: json('why').$type<string[]>().notNull(),
    at: moment('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.findingId, t.revision, t.grantId] })],
);

export const canaries = pgTable(
  'canaries',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    findingId: text('finding_id').notNull(),
    family: text('family').notNull(),
    techniques: json('techniques').$type<string[]>().notNull(),
    material: text('material').notNull(),
    state: text('state').$type<Canary['state']>().notNull(),
    plantedById: text('planted_by_id').notNull(),
    plantedByName: text('planted_by_name').notNull(),
    plantedAt: moment('planted_at').notNull(),
    disposition: text('disposition').$type<Disposition>(),
    verdict: text('verdict').$type<Disposition>(),
    resolvedAt: moment('resolved_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const automationStops = pgTable(
  'automation_stops',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    scope: text('scope').$type<AutomationStop['scope']>().notNull(),
    classKey: text('class_key'),
    via: text('via').$type<AutomationStop['via']>().notNull(),
    viaTenant: text('via_tenant'),
    why: text('why').notNull(),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
    at: moment('at').notNull(),
    liftedAt: moment('lifted_at'),
    liftedById: text('lifted_by_id'),
    liftedByName: text('lifted_by_name'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
