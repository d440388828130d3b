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
});

/** Checked settings of the training service. */
export type TrainingConfig = SettingsOf<typeof trainingSettings>;
