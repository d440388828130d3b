import { loadSettings } from '@attune/config';
import { runMain } from '@attune/kit';
import { experimentSettings } from './config';
import { startExperiment } from './service';

runMain((env) => startExperiment(loadSettings(experimentSettings, env)));
