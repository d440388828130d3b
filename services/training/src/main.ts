import { loadSettings } from '@attune/config';
import { runMain } from '@attune/kit';
import { trainingSettings } from './config';
import { startTraining } from './service';

runMain((env) => startTraining(loadSettings(trainingSettings, env)));
