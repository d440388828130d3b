import { SERVICES, type ServiceDefinitions, type ServiceName } from './services';

/**
 * Who calls. `public`: the products that show feeds. `internal`: a service of the fleet. `operator`: a person who runs it.
 * A token has one role; see the setting that names the file of tokens.
 */
export type Role = 'public' | 'internal' | 'operator';

/**
 * What a call does, which decides whether a client may send it again after UNAVAILABLE (AIP-194).
 * - `read`: changes nothing; may be hedged too (sent to a second endpoint while the first is slow).
 * - `repeatable`: a second call leaves the same state, or one more record that nothing refers to.
 * - `request_id`: counts once per `request_id`.
 * - `event_ids`: counts once per event or reward id, where the caller gives them.
 * - `once`: must not be sent again.
 */
export type Effect = 'read' | 'repeatable' | 'request_id' | 'event_ids' | 'once';

/** The rule of one RPC: who may call it and what a call does. */
export interface AccessRule {
  readonly roles: readonly Role[];
  readonly effect: Effect;
  /** A call that is no read and may still be sent again while the first attempt runs; an ADR says why. */
  readonly isHedged?: true;
  /** Answered from memory: it does not wait for its turn, so that operators can look into a server that is busy. */
  readonly isCheap?: true;
}

const PRODUCTS: readonly Role[] = ['public', 'internal', 'operator'];
const FLEET: readonly Role[] = ['internal', 'operator'];
const OPERATORS: readonly Role[] = ['operator'];

const rule = (roles: readonly Role[], effect: Effect): AccessRule => ({ roles, effect });
const hedged = (roles: readonly Role[], effect: Effect): AccessRule => ({ roles, effect, isHedged: true });
const cheap = (roles: readonly Role[]): AccessRule => ({ roles, effect: 'read', isCheap: true });

/** A rule for every RPC of every service: one that is missing, or one too many, fails the type check. */
type AccessRules = {
  readonly [Name in ServiceName]: { readonly [Method in keyof ServiceDefinitions[Name]]: AccessRule };
};

/** Who may call each RPC, once authentication is configured; and what each RPC does. */
export const ACCESS_RULES = {
  'feature-store': {
    recordInteractions: rule(PRODUCTS, 'event_ids'),
    streamInteractions: rule(PRODUCTS, 'event_ids'),
    upsertUsers: rule(PRODUCTS, 'request_id'),
    upsertItems: rule(PRODUCTS, 'request_id'),
    setFollows: rule(PRODUCTS, 'request_id'),
    setBlocks: rule(PRODUCTS, 'request_id'),
    getRelations: rule(FLEET, 'read'),
    listItems: rule(FLEET, 'read'),
    getUsers: rule(FLEET, 'read'),
    getItems: rule(FLEET, 'read'),
    getStoreStats: rule(FLEET, 'read'),
    getFeatures: rule(FLEET, 'read'),
    getFeatureMatrix: rule(FLEET, 'read'),
    listFeatures: rule(FLEET, 'read'),
    buildTrainingSet: rule(FLEET, 'request_id'),
    getDecision: rule(FLEET, 'read'),
    // An erasure cannot be undone and an export shows everything about a person: a product must not hold that power.
    forgetUser: rule(OPERATORS, 'request_id'),
    exportUser: rule(OPERATORS, 'read'),
    rebuildFeatures: rule(OPERATORS, 'repeatable'),
    listDeadLetters: rule(OPERATORS, 'read'),
    // The content of a dead letter may be about a person.
    getDeadLetter: rule(OPERATORS, 'read'),
    redriveDeadLetters: rule(OPERATORS, 'request_id'),
    listDataQuality: rule(FLEET, 'read'),
    listProducers: rule(FLEET, 'read'),
    setProducerQuarantine: rule(OPERATORS, 'request_id'),
    listHistoryDays: rule(OPERATORS, 'read'),
    restoreHistoryDays: rule(OPERATORS, 'repeatable'),
  },
  embedding: {
    embedText: rule(FLEET, 'read'),
    embedImage: rule(FLEET, 'read'),
    similarity: rule(FLEET, 'read'),
    findSimilar: rule(FLEET, 'read'),
    analyzeContent: rule(FLEET, 'read'),
    scoreQuality: rule(FLEET, 'read'),
  },
  training: {
    startTraining: rule(FLEET, 'request_id'),
    watchTraining: rule(FLEET, 'read'),
    getRun: rule(FLEET, 'read'),
    listRuns: rule(FLEET, 'read'),
    cancelTraining: rule(FLEET, 'repeatable'),
    listModels: rule(FLEET, 'read'),
    listModelVersions: rule(FLEET, 'read'),
    getFeatureProfile: rule(FLEET, 'read'),
    // Done twice it makes two equal evaluations.
    evaluateModel: rule(FLEET, 'repeatable'),
    getEvaluation: rule(FLEET, 'read'),
    listEvaluations: rule(FLEET, 'read'),
    promoteModel: rule(FLEET, 'request_id'),
    rollbackModel: rule(FLEET, 'request_id'),
    getProductionHistory: rule(FLEET, 'read'),
    explainRetraining: rule(FLEET, 'read'),
    retrain: rule(OPERATORS, 'request_id'),
    listLearningCycles: rule(FLEET, 'read'),
  },
  serving: {
    // The attempt that loses is cancelled, and a cancelled call leaves no decision record (ADR 0030).
    recommend: hedged(PRODUCTS, 'repeatable'),
    predict: rule(FLEET, 'read'),
    similarItems: rule(PRODUCTS, 'read'),
    explainDecision: rule(FLEET, 'read'),
    getSurface: cheap(FLEET),
    listSurfaces: cheap(FLEET),
    updateSurface: rule(OPERATORS, 'request_id'),
    listSurfaceVersions: rule(FLEET, 'read'),
    describePipeline: cheap(FLEET),
    getServingState: cheap(FLEET),
  },
  bandit: {
    createPolicy: rule(OPERATORS, 'request_id'),
    selectArm: rule(FLEET, 'repeatable'),
    recordReward: rule(FLEET, 'event_ids'),
    getPolicy: rule(FLEET, 'read'),
    listPolicies: rule(FLEET, 'read'),
    updatePolicy: rule(OPERATORS, 'request_id'),
    listPolicyChanges: rule(FLEET, 'read'),
    evaluatePolicy: rule(FLEET, 'read'),
  },
  experiment: {
    createExperiment: rule(OPERATORS, 'request_id'),
    startExperiment: rule(OPERATORS, 'request_id'),
    stopExperiment: rule(FLEET, 'request_id'),
    updateExperiment: rule(OPERATORS, 'request_id'),
    getExperiment: rule(FLEET, 'read'),
    listExperiments: rule(FLEET, 'read'),
    listExperimentChanges: rule(FLEET, 'read'),
    listMetrics: rule(FLEET, 'read'),
    assign: rule(PRODUCTS, 'repeatable'),
    getResults: rule(FLEET, 'read'),
    planExperiment: rule(FLEET, 'read'),
  },
  monitoring: {
    getModelHealth: rule(FLEET, 'read'),
    listAlerts: rule(FLEET, 'read'),
    acknowledgeAlert: rule(OPERATORS, 'request_id'),
    getTimeSeries: rule(FLEET, 'read'),
    watchAlerts: rule(FLEET, 'read'),
    runFairnessAudit: rule(FLEET, 'repeatable'),
    listFairnessAudits: rule(FLEET, 'read'),
    getFleetHealth: rule(FLEET, 'read'),
    getDrift: rule(FLEET, 'read'),
    listMetrics: rule(FLEET, 'read'),
    createSilence: rule(OPERATORS, 'request_id'),
    listSilences: rule(FLEET, 'read'),
    endSilence: rule(OPERATORS, 'repeatable'),
    setBudget: rule(OPERATORS, 'repeatable'),
    listBudgets: rule(FLEET, 'read'),
    getTrace: rule(FLEET, 'read'),
  },
} as const satisfies AccessRules;

const RULES_BY_PATH = new Map(
  (Object.keys(ACCESS_RULES) as ServiceName[]).flatMap((service) => {
    const rules: Readonly<Record<string, AccessRule>> = ACCESS_RULES[service];
    return Object.entries(SERVICES[service].definition).map(([method, { path }]) => [path as string, rules[method]!]);
  }),
);

/** The rule of an RPC by its path, for instance `/attune.serving.v1.ServingService/Recommend`. */
export function accessRuleOf(path: string): AccessRule | undefined {
  return RULES_BY_PATH.get(path);
}
