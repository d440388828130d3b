import { defineSettings, integer, platformSettings, type SettingsOf, setting } from '@attune/config';
import { LONGEST_TOPIC_DAYS } from '@attune/contracts';

/** The settings of the experiment service. */
export const experimentSettings = defineSettings({
  ...platformSettings,
  experimentWatchMs: setting(
    'ATTUNE_EXPERIMENT_WATCH_MS',
    integer({ min: 100, max: 3_600_000 }),
    'how often experiments that stop by themselves are judged, rollouts go on, and starts and ends are kept',
    5_000,
  ),
  experimentAttributionHours: setting(
    'ATTUNE_EXPERIMENT_ATTRIBUTION_HOURS',
    integer({ min: 1, max: 24 * 14 }),
    'until how long after a slate its interactions count for it',
    24,
  ),
  experimentTunedForUnits: setting(
    'ATTUNE_EXPERIMENT_TUNED_FOR_UNITS',
    integer({ min: 100, max: 1_000_000_000 }),
    'units at which the always-valid intervals are tightest; any number is valid, one far from what experiments get costs width',
    1_000,
  ),
  experimentFactDays: setting(
    'ATTUNE_EXPERIMENT_FACT_DAYS',
    integer({ min: LONGEST_TOPIC_DAYS, max: 3_650 }),
    'days that events, slates and daily exposures of units are kept',
    90,
  ),
});

/** Checked settings of the experiment service. */
export type ExperimentConfig = SettingsOf<typeof experimentSettings>;
