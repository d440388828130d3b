import { type RunningService, startService } from '@attune/kit';
import type { EmbeddingConfig } from './config';

/**
 * Starts the embedding service. Its contract stands and none of its RPCs is built yet: each answers UNIMPLEMENTED, while
 * health and reflection are real.
 */
export function startEmbedding(config: EmbeddingConfig): Promise<RunningService> {
  return startService({ name: 'embedding', settings: config, uses: [], compose: async () => ({ handlers: {} }) });
}
