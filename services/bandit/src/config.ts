import { defineSettings, platformSettings, type SettingsOf } from '@attune/config';

/** The settings of the bandit service. */
export const banditSettings = defineSettings({ ...platformSettings });

/** Checked settings of the bandit service. */
export type BanditConfig = SettingsOf<typeof banditSettings>;
