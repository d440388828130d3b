import { defineSettings, platformSettings, type SettingsOf } from '@attune/config';

/** The settings of the embedding service. */
export const embeddingSettings = defineSettings({ ...platformSettings });

/** Checked settings of the embedding service. */
export type EmbeddingConfig = SettingsOf<typeof embeddingSettings>;
