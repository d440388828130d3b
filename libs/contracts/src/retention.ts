/** How long records stay in each topic of the event log, in hours. */
export const TOPIC_RETENTION_HOURS = {
  interactions: 24 * 7,
  entities: 24 * 7,
  decisions: 24 * 7,
  models: 24 * 30,
  factors: 24 * 7,
  erasures: 24 * 7,
  erasureReceipts: 24 * 30,
  policies: 24 * 30,
  experiments: 24 * 30,
  exposures: 24 * 7,
  dataQuality: 24 * 30,
  alerts: 24 * 30,
  predictions: 24 * 7,
} as const;

/** How long dead letters stay at least: they wait for a person. `libs/event-log` makes their topics so. */
export const DEAD_LETTER_RETENTION_HOURS = 24 * 30;

/** After so many days no event can come again by itself: no topic holds it any more. */
export const LONGEST_TOPIC_DAYS = Math.ceil(
  Math.max(DEAD_LETTER_RETENTION_HOURS, ...Object.values(TOPIC_RETENTION_HOURS)) / 24,
);

/** How long rows stay in a table of PostgreSQL. */
export interface TableRetention {
  /** The service whose table it is; of the kit's tables each service has one. */
  readonly service: string;
  readonly table: string;
  /** For how many days rows stay; `forever` where nothing takes them out but an erasure. */
  readonly days: number | 'forever';
  /** The setting that changes it. */
  readonly setting?: string;
  /** The file that takes old rows out. */
  readonly enforcedBy?: string;
  /** Why so, or what becomes of the rows. */
  readonly because: string;
}

const STORE = 'feature-store';
const MAINTENANCE = 'services/feature-store/src/use-cases/maintain-history.ts';
const QUALITY = 'services/feature-store/src/use-cases/judge-quality-hours.ts';
const DELETION = 'services/feature-store/src/use-cases/enforce-retention.ts';
const UPDATES = 'services/training/src/use-cases/keep-updating.ts';
const LEARNING = 'services/training/src/use-cases/learning/keep-learning.ts';
const FACTS = 'services/experiment/src/storage/postgres-fact-store.ts';
const MEASURED = 'services/monitoring/src/storage/postgres-fact-store.ts';
const SPANS = 'services/monitoring/src/use-cases/end-of-old-spans.ts';
const SERIES = 'services/monitoring/src/use-cases/keep-series-short.ts';
const JUDGES = 'services/monitoring/src/storage/postgres-judge-store.ts';
const ALERTS = 'services/monitoring/src/storage/postgres-alert-store.ts';
const CHOICES = 'services/bandit/src/storage/forget-old-choices.ts';
const forever = (service: string, because: string, ...tables: string[]): TableRetention[] =>
  tables.map((table) => ({ service, table, days: 'forever', because }));

/** Every table of every service. docs/retention.md shows the same; a test holds the two equal, and this to the migrations. */
export const TABLE_RETENTION: readonly TableRetention[] = [
  {
    ...{ service: STORE, table: 'interactions', days: 90, setting: 'ATTUNE_FEATURE_STORE_HISTORY_DAYS' },
    ...{
      enforcedBy: MAINTENANCE,
      because: 'leave the database a day at a time; stay in the archive, and come back from it',
    },
  },
  {
    ...{ service: STORE, table: 'decisions', days: 90, setting: 'ATTUNE_FEATURE_STORE_DECISION_DAYS' },
    ...{ enforcedBy: MAINTENANCE, because: 'leave like interactions' },
  },
  {
    ...{ service: STORE, table: 'entity_changes', days: 'forever', setting: 'ATTUNE_FEATURE_STORE_ENTITY_CHANGE_DAYS' },
    ...{
      enforcedBy: MAINTENANCE,
      because: 'few, and old interactions are understood by them; with days set they leave like interactions',
    },
  },
  {
    ...{ service: STORE, table: 'known_events', days: 90, setting: 'ATTUNE_FEATURE_STORE_KNOWN_EVENT_DAYS' },
    ...{
      enforcedBy: DELETION,
      because: 'an event that comes again counts once; at least as long as any topic can bring it',
    },
  },
  {
    ...{ service: STORE, table: 'quality_counts', days: 31, setting: 'ATTUNE_FEATURE_STORE_QUALITY_DAYS' },
    ...{ enforcedBy: QUALITY, because: 'an hour is compared with those of the 7 days before' },
  },
  {
    ...{ service: STORE, table: 'quality_anomalies', days: 31, setting: 'ATTUNE_FEATURE_STORE_QUALITY_DAYS' },
    ...{ enforcedBy: QUALITY, because: 'a finding is told once' },
  },
  {
    ...{ service: STORE, table: 'producers', days: 31, setting: 'ATTUNE_FEATURE_STORE_QUALITY_DAYS' },
    ...{ enforcedBy: QUALITY, because: 'the name of a producer stays with the last of its hours, or its quarantine' },
  },
  {
    ...{ service: STORE, table: 'redriven_dead_letters', days: 60, enforcedBy: DELETION },
    because: 'longer than dead letters stay, so that each is redriven once',
  },
  ...forever(
    STORE,
    'what is known now; an erasure takes a user out',
    'users',
    'items',
    'follows',
    'blocks',
    'feature_states',
  ),
  ...forever(STORE, 'one row each', 'feature_schemas', 'consumer_progress'),
  ...forever(STORE, 'a note of each day, also when the day is away', 'history_days'),
  ...forever(STORE, 'keyed hashes only: what was forgotten must not come back', 'forgotten_users'),
  ...forever(STORE, 'the proof of an erasure; without the user id once it is done', 'erasures', 'erasure_receipts'),
  ...forever(STORE, 'names of data sets; the files are deleted by hand or by an erasure', 'datasets'),
  ...forever(
    'training',
    'what models were made of and what served when',
    'runs',
    'run_steps',
    'model_versions',
    'stage_changes',
    'evaluations',
    'feature_profiles',
  ),
  ...forever(
    'training',
    'which data sets an erasure took away, so that models of them are marked; no user is named',
    'erasures',
  ),
  {
    ...{ service: 'training', table: 'factor_updates', days: 30, enforcedBy: UPDATES },
    because: 'what was learned between trainings, and when',
  },
  ...forever(
    'training',
    'what no version needs any more leaves, and the oldest beyond ATTUNE_TRAINING_UPDATE_MAX_KEPT; an erasure takes a user out',
    'new_interactions',
  ),
  ...forever(
    'training',
    'what was learned without anyone, why, and what spoke for it; no user is named',
    'learning_cycles',
  ),
  {
    ...{ service: 'training', table: 'learning_alerts', days: 30, enforcedBy: LEARNING },
    because: 'counted from the end of the alert; those that are open stay',
  },
  {
    ...{ service: 'training', table: 'learning_arrivals', days: 400, enforcedBy: LEARNING },
    because: 'how many interactions happened in each minute; no user is named',
  },
  ...forever('training', 'one row', 'learning_rounds'),
  ...forever('training', 'of one version at a time; an erasure takes a user out', 'factor_spaces', 'learned_factors'),
  ...forever('training', 'keyed hashes only: what was forgotten must not come back', 'forgotten_users'),
  ...forever('serving', 'what surfaces were when, by whom and why; no user is named', 'surface_versions'),
  ...forever(
    'bandit',
    'what policies are, when they were what, by whom and why, and what is known of their arms; no user is named',
    'policies',
    'policy_changes',
    'policy_states',
  ),
  {
    ...{ service: 'bandit', table: 'selections', days: 31, setting: 'ATTUNE_BANDIT_SELECTION_DAYS' },
    ...{
      enforcedBy: CHOICES,
      because:
        'rewards that come late, and off-policy evaluation; longer than the log has the choice; no user is named',
    },
  },
  {
    ...{ service: 'bandit', table: 'outcomes', days: 31, setting: 'ATTUNE_BANDIT_SELECTION_DAYS' },
    ...{ enforcedBy: CHOICES, because: 'each reward counts once, as long as the log can bring it again' },
  },
  {
    ...{ service: 'bandit', table: 'arm_minutes', days: 2, enforcedBy: CHOICES },
    because: 'guardrails look back a day',
  },
  {
    ...{ service: 'bandit', table: 'waiting_events', days: 1, setting: 'ATTUNE_BANDIT_WAIT_SECONDS' },
    ...{
      enforcedBy: CHOICES,
      because: 'an hour, and at most a day: interactions that overtook their choice; no user is named',
    },
  },
  ...forever(
    'experiment',
    'what was compared with what, when, by whom and why; no user is named',
    'experiments',
    'experiment_changes',
  ),
  {
    ...{ service: 'experiment', table: 'unit_events', days: 90, setting: 'ATTUNE_EXPERIMENT_FACT_DAYS' },
    ...{ enforcedBy: FACTS, because: 'metrics count them; units by keyed hash, and an erasure takes a user out' },
  },
  {
    ...{ service: 'experiment', table: 'slates', days: 90, setting: 'ATTUNE_EXPERIMENT_FACT_DAYS' },
    ...{ enforcedBy: FACTS, because: 'metrics count them; units by keyed hash, and an erasure takes a user out' },
  },
  {
    ...{ service: 'experiment', table: 'exposures', days: 90, setting: 'ATTUNE_EXPERIMENT_FACT_DAYS' },
    ...{ enforcedBy: FACTS, because: 'results by day; units by keyed hash, and an erasure takes a user out' },
  },
  ...forever(
    'experiment',
    'a row per unit of an experiment, by keyed hash; an erasure takes a user out',
    'exposed_units',
  ),
  ...forever('experiment', 'keyed hashes only: what was forgotten must not come back', 'forgotten_users'),
  ...forever('experiment', 'what an erasure took out, counted; no user is named', 'erasures'),
  ...['slates', 'outcomes', 'predictions'].map(
    (table): TableRetention => ({
      ...{ service: 'monitoring', table, days: 8, setting: 'ATTUNE_MONITORING_FACT_DAYS' },
      ...{
        enforcedBy: MEASURED,
        because: 'series are made of them; users by keyed hash, and an erasure takes a user out',
      },
    }),
  ),
  {
    ...{ service: 'monitoring', table: 'slate_features', days: 2, enforcedBy: MEASURED },
    because: 'series of features are made of them; users by keyed hash, and an erasure takes a user out',
  },
  ...['experiment_changes', 'data_quality_findings'].map(
    (table): TableRetention => ({
      ...{ service: 'monitoring', table, days: 30, enforcedBy: MEASURED },
      because: 'one of them may be why something moved; no user is named',
    }),
  ),
  ...forever('monitoring', 'what is known now; by keyed hash, and an erasure takes a user out', 'user_groups'),
  ...forever(
    'monitoring',
    'what is known now, and which version stood where when; no user is named',
    'items',
    'model_stages',
  ),
  ...forever('monitoring', 'what is still to be measured; it leaves when it is', 'touched_steps', 'stale_hours'),
  {
    ...{ service: 'monitoring', table: 'series_steps', days: 90, setting: 'ATTUNE_MONITORING_SERIES_DAYS' },
    ...{
      enforcedBy: SERIES,
      because: 'after 8 days (ATTUNE_MONITORING_MINUTE_DAYS) minutes become hours; no user is named',
    },
  },
  {
    ...{ service: 'monitoring', table: 'series', days: 90, setting: 'ATTUNE_MONITORING_SERIES_DAYS' },
    ...{ enforcedBy: SERIES, because: 'leave with the last of their steps' },
  },
  ...['judges', 'judged_windows'].map(
    (table): TableRetention => ({
      ...{ service: 'monitoring', table, days: 15, enforcedBy: JUDGES },
      because: 'windows are compared with those of two weeks; how values are distributed, no user is named',
    }),
  ),
  ...forever('monitoring', 'up to when windows were judged', 'judged_until'),
  {
    ...{ service: 'monitoring', table: 'label_values', days: 8, setting: 'ATTUNE_MONITORING_MINUTE_DAYS' },
    ...{ enforcedBy: SERIES, because: 'what is not seen any more makes room for other values of the label' },
  },
  ...forever('monitoring', 'what may be spent, and who said so when; no user is named', 'budgets', 'budget_changes'),
  {
    ...{ service: 'monitoring', table: 'reported_spending', days: 90, setting: 'ATTUNE_MONITORING_SERIES_DAYS' },
    ...{ enforcedBy: SERIES, because: 'what others say that they have spent; no user is named' },
  },
  ...forever('monitoring', 'keyed hashes only: what was forgotten must not come back', 'forgotten_users'),
  ...forever('monitoring', 'what an erasure took out, counted; no user is named', 'erasures'),
  ...['alerts', 'incidents', 'silences'].map(
    (table): TableRetention => ({
      ...{ service: 'monitoring', table, days: 400, setting: 'ATTUNE_MONITORING_ALERT_DAYS', enforcedBy: ALERTS },
      because: 'after their end: what was wrong when, and who took care of it; no user is named',
    }),
  ),
  ...['alert_changes', 'deliveries'].map(
    (table): TableRetention => ({
      ...{ service: 'monitoring', table, days: 30, enforcedBy: ALERTS },
      because: 'what is published and delivered; what is not yet stays until it is',
    }),
  ),
  {
    ...{ service: 'monitoring', table: 'fairness_audits', days: 400, setting: 'ATTUNE_MONITORING_ALERT_DAYS' },
    ...{
      enforcedBy: 'services/monitoring/src/storage/postgres-audit-store.ts',
      because: 'audits are compared with earlier ones; groups alone, no user is named',
    },
  },
  ...['span_segments', 'spans'].map((table) => ({
    ...{ service: 'monitoring', table, days: 1, setting: 'ATTUNE_MONITORING_TRACE_HOURS', enforcedBy: SPANS },
    because: 'the oldest leave earlier where all are larger than ATTUNE_MONITORING_TRACE_MAX_MB; users by keyed hash',
  })),
  {
    ...{
      service: 'every service',
      table: 'idempotent_calls',
      days: 1,
      enforcedBy: 'libs/kit/src/postgres-idempotency-store.ts',
    },
    because: 'a call that is sent again is answered like the first',
  },
];

/** For how many days a table of the feature-store keeps its rows unless a setting says otherwise; undefined for ever. */
export function daysKept(table: string): number | undefined {
  const found = TABLE_RETENTION.find((retention) => retention.service === STORE && retention.table === table);
  return typeof found?.days === 'number' ? found.days : undefined;
}
