import { defineSettings, integer, platformSettings, type SettingsOf, setting } from '@attune/config';

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
});

/** Checked settings of the feature-store. */
export type FeatureStoreConfig = SettingsOf<typeof featureStoreSettings>;
