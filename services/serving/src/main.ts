import { loadSettings } from '@attune/config';
import { runMain } from '@attune/kit';
import { servingSettings } from './config';
import { startServing } from './service';

// The process entry: reads settings, runs, stops on a signal.
runMain((env) => startServing(loadSettings(servingSettings, env)));
