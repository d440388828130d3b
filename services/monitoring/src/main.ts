import { loadSettings } from '@attune/config';
import { runMain } from '@attune/kit';
import { monitoringSettings } from './config';
import { startMonitoring } from './service';

runMain((env) => startMonitoring(loadSettings(monitoringSettings, env)));
