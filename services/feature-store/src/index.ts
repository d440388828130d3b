export { type FeatureStoreConfig, featureStoreSettings } from './config';
export { startFeatureStore } from './service';
