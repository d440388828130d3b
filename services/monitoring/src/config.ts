import { defineSettings, platformSettings, type SettingsOf } from '@attune/config';

/** The settings of the monitoring service. */
export const monitoringSettings = defineSettings({ ...platformSettings });

/** Checked settings of the monitoring service. */
export type MonitoringConfig = SettingsOf<typeof monitoringSettings>;
