export { type EmbeddingConfig, embeddingSettings } from './config';
export { startEmbedding } from './service';
