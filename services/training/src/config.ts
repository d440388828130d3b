import {
  decimal,
  defineSettings,
  flag,
  integer,
  list,
  platformSettings,
  type SettingsOf,
  setting,
} from '@attune/config';

/** The settings of the training service. */
export const trainingSettings = defineSettings({
  ...platformSettings,
  trainingConcurrency: setting(
    'ATTUNE_TRAINING_CONCURRENCY',
    integer({ min: 0, max: 64 }),
    'runs that this process trains at the same time; 0 only queues them for other processes',
    1,
  ),
  trainingMemoryMb: setting(
    'ATTUNE_TRAINING_MEMORY_MB',
    integer({ min: 0, max: 16_777_216 }),
    'memory that one training may take; 0 for 60 % of what this machine, or this container, has',
    0,
  ),
  updateInteractions: setting(
    'ATTUNE_TRAINING_UPDATE_INTERACTIONS',
    integer({ min: 1, max: 1_000_000 }),
    'new interactions after which the factors of the als model in production are learned anew for those concerned',
    1_000,
  ),
  updateIntervalMs: setting(
    'ATTUNE_TRAINING_UPDATE_INTERVAL_MS',
    integer({ min: 100, max: 86_400_000 }),
    'the longest that new interactions wait for that, however few they are',
    300_000,
  ),
  updateNewItemMs: setting(
    'ATTUNE_TRAINING_UPDATE_NEW_ITEM_MS',
    integer({ min: 100, max: 86_400_000 }),
    'the longest that the first interactions with an item wait that the version in production does not know',
    30_000,
  ),
  updateMaxKept: setting(
    'ATTUNE_TRAINING_UPDATE_MAX_KEPT',
    integer({ min: 1_000, max: 1_000_000_000 }),
    'new interactions that are kept between two trainings; beyond them the oldest leave',
    5_000_000,
  ),
  learning: setting(
    'ATTUNE_TRAINING_LEARNING',
    flag(),
    'whether models are trained again, proved and replaced without anyone',
    true,
  ),
  learningLookMs: setting(
    'ATTUNE_TRAINING_LEARNING_LOOK_MS',
    integer({ min: 50, max: 3_600_000 }),
    'how often it is looked whether a learning cycle can go on, and whether something happened that asks for one',
    10_000,
  ),
  learningEveryMs: setting(
    'ATTUNE_TRAINING_LEARNING_EVERY_MS',
    integer({ min: 1, max: 2_592_000_000 }),
    'how often every model is decided about: by default each six hours',
    21_600_000,
  ),
  learningMaxAgeDays: setting(
    'ATTUNE_TRAINING_LEARNING_MAX_AGE_DAYS',
    decimal({ min: 0.001, max: 3_650 }),
    'days after which what a version in production learned is old',
    7,
  ),
  learningNewShare: setting(
    'ATTUNE_TRAINING_LEARNING_NEW_SHARE',
    decimal({ min: 0.001, max: 100 }),
    'new interactions that are significant, as a share of those that the version in production learned from',
    0.2,
  ),
  learningNewLeast: setting(
    'ATTUNE_TRAINING_LEARNING_NEW_LEAST',
    integer({ min: 1, max: 1_000_000_000 }),
    'new interactions that are significant at least, whatever their share',
    10_000,
  ),
  learningProofLeast: setting(
    'ATTUNE_TRAINING_LEARNING_PROOF_LEAST',
    integer({ min: 1, max: 1_000_000_000 }),
    'with fewer new interactions no challenger is trained: nothing could be proved',
    1_000,
  ),
  learningHeldOutShare: setting(
    'ATTUNE_TRAINING_LEARNING_HELD_OUT_SHARE',
    decimal({ min: 0.01, max: 0.9 }),
    'the newest share of the new interactions, which no challenger learns from and every challenger is asked about',
    0.2,
  ),
  learningHistoryDays: setting(
    'ATTUNE_TRAINING_LEARNING_HISTORY_DAYS',
    decimal({ min: 0, max: 3_650 }),
    'how many days back a challenger learns; 0 for all',
    0,
  ),
  learningShadowMs: setting(
    'ATTUNE_TRAINING_LEARNING_SHADOW_MS',
    integer({ min: 0, max: 2_592_000_000 }),
    'how long a challenger hears live questions before anybody sees its answers',
    1_800_000,
  ),
  learningCanaryMs: setting(
    'ATTUNE_TRAINING_LEARNING_CANARY_MS',
    integer({ min: 0, max: 2_592_000_000 }),
    'how long a challenger then serves a share of the users at least',
    3_600_000,
  ),
  learningCanaryShare: setting(
    'ATTUNE_TRAINING_LEARNING_CANARY_SHARE',
    decimal({ min: 0.001, max: 0.5 }),
    'that share',
    0.1,
  ),
  learningCanarySlates: setting(
    'ATTUNE_TRAINING_LEARNING_CANARY_SLATES',
    integer({ min: 0, max: 1_000_000_000 }),
    'slates of the canary that its guardrails must have judged',
    200,
  ),
  learningCanaryMaxMs: setting(
    'ATTUNE_TRAINING_LEARNING_CANARY_MAX_MS',
    integer({ min: 0, max: 2_592_000_000 }),
    'where fewer people come, the canary ends after this, and what was proved before decides',
    86_400_000,
  ),
  learningBackOffMs: setting(
    'ATTUNE_TRAINING_LEARNING_BACK_OFF_MS',
    integer({ min: 1, max: 2_592_000_000 }),
    'the pause after a cycle that ended without a promotion; each further one in a row doubles it, up to a day',
    1_800_000,
  ),
  learningFirstModels: setting(
    'ATTUNE_TRAINING_LEARNING_FIRST_MODELS',
    list(),
    'models whose first version is trained without anyone, for instance popularity,als',
    [],
  ),
});

/** Checked settings of the training service. */
export type TrainingConfig = SettingsOf<typeof trainingSettings>;
