import { loadSettings } from '@attune/config';
import { runMain } from '@attune/kit';
import { banditSettings } from './config';
import { startBandit } from './service';

runMain((env) => startBandit(loadSettings(banditSettings, env)));
