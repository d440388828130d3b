import { decimal, defineSettings, integer, platformSettings, type SettingsOf, setting } from '@attune/config';

/** The settings of the feature-store: those of every service, and its own. */
export const featureStoreSettings = defineSettings({
  ...platformSettings,
  slabStates: setting(
    'ATTUNE_FEATURE_STORE_SLAB_STATES',
    integer({ min: 2, max: 10_000_000 }),
    'feature states of each view that a process keeps at hand',
    100_000,
  ),
  slabFreshMs: setting(
    'ATTUNE_FEATURE_STORE_SLAB_FRESH_MS',
    integer({ min: 0, max: 1_000 }),
    'how long a state at hand is used without asking Redis',
    200,
  ),
  userEventsPerMinute: setting(
    'ATTUNE_FEATURE_STORE_USER_EVENTS_PER_MINUTE',
    integer({ min: 0, max: 60_000 }),
    'a user with more live events in a minute is no person: those events are flagged; 0 flags nothing',
    300,
  ),
  qualityFlushMs: setting(
    'ATTUNE_FEATURE_STORE_QUALITY_FLUSH_MS',
    integer({ min: 10, max: 600_000 }),
    'how often counts of incoming data are written to PostgreSQL; a crash loses those since the last time',
    5_000,
  ),
  quarantineRejectedShare: setting(
    'ATTUNE_FEATURE_STORE_QUARANTINE_REJECTED_SHARE',
    decimal({ min: 0.01, max: 2 }),
    'a producer with such a share of rejected events is put into quarantine; more than 1 never does it',
    0.5,
  ),
  quarantineMinEvents: setting(
    'ATTUNE_FEATURE_STORE_QUARANTINE_MIN_EVENTS',
    integer({ min: 1 }),
    'a producer with fewer events in the window is not judged',
    1_000,
  ),
  quarantineWindowMs: setting(
    'ATTUNE_FEATURE_STORE_QUARANTINE_WINDOW_MS',
    integer({ min: 1_000, max: 3_600_000 }),
    'over how long the share of rejected events is measured',
    60_000,
  ),
  quarantineForMs: setting(
    'ATTUNE_FEATURE_STORE_QUARANTINE_FOR_MS',
    integer({ min: 1_000, max: 30 * 86_400_000 }),
    'after how long a producer that was put into quarantine is let out by itself',
    15 * 60_000,
  ),
  quarantinePollMs: setting(
    'ATTUNE_FEATURE_STORE_QUARANTINE_POLL_MS',
    integer({ min: 10, max: 60_000 }),
    'how often a replica judges its producers and hears of quarantines of other replicas',
    1_000,
  ),
});

/** Checked settings of the feature-store. */
export type FeatureStoreConfig = SettingsOf<typeof featureStoreSettings>;
