import { defineSettings, platformSettings, type SettingsOf } from '@attune/config';

/** The settings of the experiment service. */
export const experimentSettings = defineSettings({ ...platformSettings });

/** Checked settings of the experiment service. */
export type ExperimentConfig = SettingsOf<typeof experimentSettings>;
