import { defineSettings, platformSettings, type SettingsOf } from '@attune/config';

/** The settings of the feature-store: those of every service. */
export const featureStoreSettings = defineSettings({ ...platformSettings });

/** Checked settings of the feature-store. */
export type FeatureStoreConfig = SettingsOf<typeof featureStoreSettings>;
