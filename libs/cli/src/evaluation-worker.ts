// The child process of one trial: reads the prepared data, trains, measures. Built, and started by its path.
import { serveChild } from '@attune/jobs';
import { MODELS, runTrial, type TrialResult } from '@attune/recommenders';
import { readPreparedData } from './evaluate/prepared-data';
import type { TrialInput } from './evaluate/trial-runner';

const PROGRESS_EVERY_MS = 200;

// standard output belongs to the result of the command
console.log = console.error;

serveChild<TrialInput, TrialResult>(async (input, { progress, signal }) => {
  const { training, test, negatives, segments } = await readPreparedData(input.dataPath);
  const { members, protocol, ks, detail, seed, sampleUsers } = input;
  // a search looks at values, hardly at their intervals
  const resamples = detail === 'accuracy' ? 200 : undefined;
  let toldMs = Number.NEGATIVE_INFINITY;
  return runTrial({
    models: MODELS,
    members,
    data: training,
    evaluation: { protocol, test, negatives, ks, items: training.items, segments, detail, seed, resamples },
    sampleUsers,
    signal,
    onProgress: (step) => {
      const nowMs = performance.now();
      if (nowMs - toldMs < PROGRESS_EVERY_MS && step.fraction < 1) return;
      toldMs = nowMs;
      progress(step);
    },
  });
});
