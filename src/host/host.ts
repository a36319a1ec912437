import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import type { FastifyBaseLogger } from 'fastify';
import { type Connectors, configuredConnectors } from '../adapters/connectors/index.ts';
import { systemNetwork } from '../adapters/connectors/network/network.ts';
import { ensureSigningKey } from '../adapters/ledger-file/signing-key.ts';
import { ensureWrappingKey } from '../adapters/ledger-file/wrapping-key.ts';
import { MemoryLake } from '../adapters/memory-lake/lake.ts';
import * as authSchema from '../adapters/postgres/schema-auth.ts';
import { openStateStore, type PostgresStore } from '../adapters/postgres/store.ts';
import { keptSecrets } from '../adapters/secrets/kept-secrets.ts';
import { openKeyRing } from '../adapters/secrets/key-ring.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { loadPlaybooks, loadRules } from '../cli/load.ts';
import { SYSTEM_TENANT, type Tenant } from '../contracts/tenant.ts';
import { blindness, drawFrom, secondOpinions } from '../decide/index.ts';
import { type Auth, buildAuth } from '../http/auth/auth.ts';
import type { OidcOptions } from '../http/auth/plugins.ts';
import { recordAccounts } from '../http/auth/record.ts';
import type { AutonomyDeps, ModelDeps, RespondDeps } from '../http/deps.ts';
import { EventArchive, eventOf } from '../ingest/index.ts';
import { type TuningParts, tuningEndsOnThreat } from '../learn/index.ts';
import type { ConnectorFor } from '../ports/connector.ts';
import type { DecisionListener, ReviewListener } from '../ports/listeners.ts';
import type { SecretKeeper } from '../ports/secrets.ts';
import { compileRules } from '../sigma/index.ts';
import { createPipeline, defaultCapacity } from '../topology.ts';
import { BelowLine } from '../triage/index.ts';
import { openAutonomy } from './autonomy.ts';
import { startHunts } from './hunts.ts';
import { openLearning } from './learning/open.ts';
import { type DoorOptions, type LiveIngest, near, openLive } from './live/open.ts';
import { reasonOf } from './live/reason.ts';
import { unlearning } from './live/unlearn.ts';
import { openOrganisation } from './organisation.ts';
import { startPaging } from './paging.ts';
import { startRespond } from './respond.ts';
import { drawSecret, sessionSecret } from './secret.ts';
import { Telemetry } from './telemetry.ts';
import { ruleExamples } from './tuning/examples.ts';
import { readPast } from './tuning/past.ts';
import { startTuning } from './tuning/round.ts';
import { tunedRules } from './tuning/rules.ts';

/** The version of the AI half, as the ledger names it. */
export const AI_ACTOR = { kind: 'ai', id: 'triage', version: '1' } as const;

export interface HostOptions {
  readonly dataDir: string;
  /** A PostgreSQL of the user's own; absent, the embedded one in the data folder. */
  readonly databaseUrl: string | undefined;
  readonly publicUrl: string | null;
  readonly tenant: Tenant;
  readonly rules: readonly string[];
  readonly log: FastifyBaseLogger;
  /** An OpenID provider to sign in through. */
  readonly oidc?: OidcOptions;
  /** Doors of telemetry; absent, files are read into memory and nothing listens. */
  readonly doors?: DoorOptions;
  /** What carries actions out; absent, no action can be planned. */
  readonly connectorFor?: ConnectorFor;
}

/** One machine's Bridgewatch: store, accounts and the pipeline of one tenant. */
export interface Host {
  readonly store: PostgresStore;
  readonly auth: Auth;
  readonly telemetry: Telemetry;
  readonly lake: MemoryLake;
  readonly respond: RespondDeps;
  readonly autonomy: AutonomyDeps;
  readonly models: ModelDeps;
  readonly tenant: Tenant;
  /** What stages do when people decide. */
  readonly decisionListeners: readonly DecisionListener[];
  /** And when they answer reviews. */
  readonly reviewListeners: readonly ReviewListener[];
  readonly connectors: Connectors;
  readonly secrets: SecretKeeper;
  readonly tuning: TuningParts;
  /** Absent where there are no doors. */
  readonly live?: LiveIngest;
  close(): Promise<void>;
}

/** Opens the store, makes the tenant where it is new, and wires the pipeline. Throws the store's and rules' coded errors. */
export async function openHost(options: HostOptions): Promise<Host> {
  const ruleFiles = loadRules(options.rules);
  const { engine, rules, problems } = compileRules(ruleFiles);
  for (const { severity, code, file, line, message } of problems)
    if (severity === 'error') options.log.warn(`${file}:${line}: ${code}: ${message}`);
  const place = options.databaseUrl === undefined ? { dataDir: options.dataDir } : { databaseUrl: options.databaseUrl };
  const store = await openStateStore({
    place,
    clock: systemClock,
    log: (line) => options.log.info(line),
    // The embedded store makes its own; a database of the user's has no folder to keep one in.
    ...(options.databaseUrl === undefined
      ? {}
      : { signingKey: ensureSigningKey(options.dataDir), wrappingKey: ensureWrappingKey(options.dataDir) }),
  });
  try {
    await store.createTenant(options.tenant);
    const auth = buildAuth({
      database: drizzleAdapter(store.authDb, { provider: 'pg', schema: authSchema }),
      secret: sessionSecret(options.dataDir),
      publicUrl: options.publicUrl,
      log: options.log,
      record: recordAccounts(store),
      ...(options.oidc === undefined ? {} : { oidc: options.oidc }),
    });
    const secrets = keptSecrets(store, openKeyRing(options.dataDir), systemClock);
    const room = { secrets, clock: systemClock, network: systemNetwork(), consoleUrl: options.publicUrl };
    const connectors = configuredConnectors(store, room);
    const kept = near();
    // Without doors the events read are all there is, and what is usual is counted over them.
    const lake = options.doors === undefined ? new MemoryLake(() => new EventArchive()) : kept.lake;
    const playbooks = loadPlaybooks();
    const warn = (message: string): void => options.log.warn(message);
    const organisation = await openOrganisation({ store, clock: systemClock, tenant: options.tenant.id, warn });
    const learning = await openLearning({
      store,
      tenants: () => [options.tenant.id],
      isExercise: (tx, determination) => autonomy.listener.isExercise(tx, determination),
      line: defaultCapacity.floor,
      promoted: () => weighAgain(),
      warn,
    });
    const pipeline = createPipeline({
      tenant: options.tenant.id,
      engine,
      lake,
      playbooks,
      model: () => learning.championOf(options.tenant.id),
      context: organisation.context,
      ...(options.doors === undefined ? {} : { history: kept.history }),
      capacity: organisation.capacity,
    });
    const draw = drawFrom(drawSecret(options.dataDir));
    const autonomy = await openAutonomy({
      store,
      draw,
      dataDir: options.dataDir,
      tenants: () => [options.tenant.id],
      rules,
      champion: learning.championOf,
      playbooks,
      respond: () => respond.deps,
      warn: (message) => options.log.warn(message),
    });
    const telemetry = new Telemetry({
      tenant: options.tenant.id,
      store,
      clock: systemClock,
      pipeline,
      lookUp: (id) => lake.withRaw(id),
      actor: AI_ACTOR,
      below: {
        line: new BelowLine({ tenant: options.tenant.id, store, clock: systemClock, actor: AI_ACTOR, draw }),
        set: organisation.capacity,
      },
      listeners: [
        blindness({ clock: systemClock, draw, isShadowed: autonomy.isShadowed }),
        autonomy.listener,
        ...learning.findingListeners,
      ],
      warn,
    });
    const weighAgain = (): void => {
      telemetry.weighAgain().catch((error: unknown) => warn(`findings were not weighed again: ${reasonOf(error)}`));
    };
    organisation.onChange(weighAgain);
    const respond = startRespond({
      store,
      lake,
      tenant: options.tenant.id,
      publicUrl: options.publicUrl,
      mayAct: autonomy.mayAct,
      connectorFor: options.connectorFor ?? connectors.connectorFor,
      ...(options.connectorFor === undefined ? { connectorById: connectors.connectorById } : {}),
      notifierFor: connectors.notifierFor,
      playbooks,
      warn: (message) => options.log.warn(message),
    });
    const ruleOf = tunedRules(ruleFiles, rules);
    const live =
      options.doors === undefined
        ? undefined
        : await openLive({
            ...options.doors,
            ...kept,
            dataDir: options.dataDir,
            rules: options.rules,
            tenant: options.tenant.id,
            store,
            pipeline,
            telemetry,
            ruleOf,
            warn: (message) => options.log.warn(message),
          }).catch(async (error: unknown) => {
            // A port that is taken, most likely: what runs already must not outlive the store.
            autonomy.stop();
            await learning.stop();
            await organisation.close();
            await respond.stop();
            throw error;
          });
    const endHunts =
      live === undefined
        ? undefined
        : startHunts({
            store,
            queries: live.ingest.queries,
            tenants: () => [options.tenant.id],
            warn: (message) => options.log.warn(message),
          });
    const tuning: TuningParts = {
      store,
      clock: systemClock,
      ruleOf,
      read: eventOf,
      examplesOf: ruleExamples(rules),
      ...(live === undefined ? {} : { past: readPast(live.ingest.queries) }),
    };
    const tuningRounds = startTuning({
      parts: tuning,
      tenants: () => [options.tenant.id],
      warn: (message) => options.log.warn(message),
    });
    learning.start();
    const endRounds = autonomy.start();
    const endPaging = startPaging({
      store,
      tenants: () => [options.tenant.id],
      notifierFor: connectors.notifierFor,
      publicUrl: options.publicUrl,
      warn: (message) => options.log.warn(message),
    });
    return {
      store,
      auth,
      telemetry,
      lake,
      respond: respond.deps,
      autonomy: autonomy.deps,
      tenant: options.tenant,
      models: learning.deps,
      decisionListeners: [
        secondOpinions(draw),
        autonomy.listener,
        learning.decisionListener,
        tuningEndsOnThreat(tuning),
        tuningRounds.listener,
        ...(live === undefined ? [] : [unlearning(live.ingest.work, systemClock, autonomy.listener.isExercise)]),
      ],
      reviewListeners: [autonomy.listener],
      connectors,
      secrets,
      tuning,
      ...(live === undefined ? {} : { live }),
      async close() {
        await endHunts?.();
        await tuningRounds.end();
        await organisation.close();
        // However the doors end, the store is closed in order.
        await live
          ?.close()
          .catch((error: unknown) => options.log.warn(`doors did not end in order: ${reasonOf(error)}`));
        await endRounds();
        await endPaging();
        autonomy.stop();
        await learning.stop();
        await respond.stop();
        await signAndClose(store, options);
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** An orderly end signs the tenant's chain and the system's as they stand, so that what is changed afterwards shows. */
async function signAndClose(store: PostgresStore, { tenant, log }: HostOptions): Promise<void> {
  try {
    for (const chain of [tenant.id, SYSTEM_TENANT]) {
      await store.checkpoint(chain).catch((error: unknown) => {
        // An empty chain has nothing to sign; a chain that does not fit is named by `ledger verify`. Neither keeps the store open.
        log.warn(`no checkpoint of ${chain} at the end: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
  } finally {
    await store.close();
  }
}
