import { loadSettings } from '@attune/config';
import { runMain } from '@attune/kit';
import { embeddingSettings } from './config';
import { startEmbedding } from './service';

runMain((env) => startEmbedding(loadSettings(embeddingSettings, env)));
