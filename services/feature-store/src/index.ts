export { type FeatureStoreConfig, featureStoreSettings } from './config';
export { type Acknowledged, type ReadReference, referenceFold } from './domain/reference-fold';
export { startFeatureStore } from './service';
