import { loadSettings } from '@attune/config';
import { runMain } from '@attune/kit';
import { featureStoreSettings } from './config';
import { startFeatureStore } from './service';

runMain((env) => startFeatureStore(loadSettings(featureStoreSettings, env)), { settings: featureStoreSettings });
