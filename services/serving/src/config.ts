import { decimal, defineSettings, integer, platformSettings, type SettingsOf, setting } from '@attune/config';

/** The settings of serving. */
export const servingSettings = defineSettings({
  ...platformSettings,
  budgetMs: setting(
    'ATTUNE_SERVING_BUDGET_MS',
    integer({ min: 5, max: 60_000 }),
    'the longest that making a slate may take, however patient the caller is',
    1_000,
  ),
  workersPerModel: setting(
    'ATTUNE_SERVING_WORKERS_PER_MODEL',
    integer({ min: 1, max: 32 }),
    'worker threads that run one model',
    1,
  ),
  modelLoadTimeoutMs: setting(
    'ATTUNE_SERVING_MODEL_LOAD_TIMEOUT_MS',
    integer({ min: 100, max: 3_600_000 }),
    'how long a worker may take to read, verify and warm an artifact',
    120_000,
  ),
  modelAnswerTimeoutMs: setting(
    'ATTUNE_SERVING_MODEL_ANSWER_TIMEOUT_MS',
    integer({ min: 10, max: 600_000 }),
    'a model worker that is silent for so long with a call in hand is replaced',
    5_000,
  ),
  modelPollMs: setting(
    'ATTUNE_SERVING_MODEL_POLL_MS',
    integer({ min: 50, max: 600_000 }),
    'how often a replica looks whether another one heard of a promotion',
    1_000,
  ),
  surfacePollMs: setting(
    'ATTUNE_SERVING_SURFACE_POLL_MS',
    integer({ min: 10, max: 600_000 }),
    'how often a replica looks whether a surface was changed',
    1_000,
  ),
  experimentPollMs: setting(
    'ATTUNE_SERVING_EXPERIMENT_POLL_MS',
    integer({ min: 10, max: 600_000 }),
    'how often a replica looks whether another one heard of a change of an experiment',
    1_000,
  ),
  shadowShare: setting(
    'ATTUNE_SERVING_SHADOW_SHARE',
    decimal({ min: 0, max: 1 }),
    'the share of the slates for which shadows are asked the same as the version that serves',
    0.1,
  ),
  shadowPatienceMs: setting(
    'ATTUNE_SERVING_SHADOW_PATIENCE_MS',
    integer({ min: 1, max: 60_000 }),
    'how long a decision record waits for the answer of a shadow',
    250,
  ),
  guardrailPollMs: setting(
    'ATTUNE_SERVING_GUARDRAIL_POLL_MS',
    integer({ min: 10, max: 600_000 }),
    'how often canaries are judged by their guardrails',
    5_000,
  ),
  banditDeadlineMs: setting(
    'ATTUNE_SERVING_BANDIT_DEADLINE_MS',
    integer({ min: 1, max: 10_000 }),
    'how long a slate waits for a policy to choose its strategy before the probabilities of the surface do',
    50,
  ),
  userReadTimeoutMs: setting(
    'ATTUNE_SERVING_USER_READ_TIMEOUT_MS',
    integer({ min: 1, max: 60_000 }),
    'how long a slate waits for Redis to say what is kept of its user, before it does without',
    150,
  ),
  seenCacheUsers: setting(
    'ATTUNE_SERVING_SEEN_CACHE_USERS',
    integer({ min: 1, max: 10_000_000 }),
    'users whose seen items a process remembers',
    10_000,
  ),
  seenFreshMs: setting(
    'ATTUNE_SERVING_SEEN_FRESH_MS',
    integer({ min: 0, max: 1_000 }),
    'how long remembered seen items and consent are used without asking Redis; the same for all replicas',
    250,
  ),
  seenMaxItems: setting(
    'ATTUNE_SERVING_SEEN_MAX_ITEMS',
    integer({ min: 1, max: 100_000 }),
    'of what a user did with items, so many of the newest are kept for the seen filter',
    5_000,
  ),
  shownMaxItems: setting(
    'ATTUNE_SERVING_SHOWN_MAX_ITEMS',
    integer({ min: 0, max: 100_000 }),
    'of the impressions of a user, so many of the newest are kept for surfaces that keep away what was shown',
    500,
  ),
  itemPollMs: setting(
    'ATTUNE_SERVING_ITEM_POLL_MS',
    integer({ min: 10, max: 60_000 }),
    'how often a replica looks whether items changed',
    250,
  ),
  socialFreshMs: setting(
    'ATTUNE_SERVING_SOCIAL_FRESH_MS',
    integer({ min: 0, max: 600_000 }),
    'how long a process uses what it found that people liked whom a user follows',
    5_000,
  ),
  freshHours: setting(
    'ATTUNE_SERVING_FRESH_HOURS',
    integer({ min: 1, max: 87_600 }),
    'for how many hours after its publication an item is proposed for being new',
    72,
  ),
  decisionShare: setting(
    'ATTUNE_SERVING_DECISION_SHARE',
    decimal({ min: 0, max: 1 }),
    'the share of slates whose decision records are kept; of the others nothing can be learned or explained later',
    1,
  ),
  predictionShare: setting(
    'ATTUNE_SERVING_PREDICTION_SHARE',
    decimal({ min: 0, max: 1 }),
    'share of the calls of Predict that monitoring is told of',
    1,
  ),
  decisionBufferRecords: setting(
    'ATTUNE_SERVING_DECISION_BUFFER_RECORDS',
    integer({ min: 1, max: 10_000_000 }),
    'decision records that may wait in memory for the event log',
    10_000,
  ),
});

/** The values of the settings of serving. */
export type ServingConfig = SettingsOf<typeof servingSettings>;
