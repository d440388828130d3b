import { defineSettings, integer, platformSettings, type SettingsOf, setting } from '@attune/config';

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
});

/** Checked settings of the training service. */
export type TrainingConfig = SettingsOf<typeof trainingSettings>;
