import { performance } from 'node:perf_hooks';
import { AppError } from '@attune/errors';
import type { MfSgd } from '@attune/kernels';
import { breathing } from '../breathing';
import type { FitRequest, FittedModel, ModelDefinition } from '../model';
import { descend, openDescent } from './descent';
import { descentCheckpoint, fingerprint, refinementCheckpoint, resume } from './mf-checkpoint';
import { MfModel } from './mf-model';
import { type MfSettings, mfSearchSpace, mfSettings } from './mf-settings';
import { type RatingData, ratingData } from './rating-data';
import { openPosterior, type Posterior, refine, residualsOf } from './refinement';

/** Rating prediction: a descent by AdaGrad, refined by variational Bayes; docs/models/mf.md has its equations. */
export const MF: ModelDefinition<MfSettings> = {
  name: 'mf',
  description: 'Which rating a user gives to an item: matrix factorization with biases that learns its regularization.',
  tasks: ['ratings'],
  needs: ['values'],
  settings: mfSettings,
  searchSpace: mfSearchSpace,
  fit: fitMf,
};

/** One training and what its steps share. */
interface Training extends FitRequest<MfSettings> {
  readonly ratings: RatingData;
  readonly of: string;
  /** Lets others run, and stops a training that was cancelled. */
  readonly breathe: () => Promise<void>;
}

async function fitMf(request: FitRequest<MfSettings>): Promise<FittedModel> {
  const { data, settings, signal, checkpoints } = request;
  const breathe = breathing(signal);
  await breathe();
  const ratings = ratingData(data.interactions, settings);
  const training = { ...request, ratings, of: fingerprint(settings, ratings), breathe };
  const sgd = openDescent(ratings, settings);
  const checkpoint = await checkpoints?.load();
  const begin = checkpoint && resume(checkpoint, training.of, sgd, ratings);
  await descendAll(training, sgd, begin?.iterations ?? 0);
  const { rank, implicit } = settings;
  const posterior = begin?.posterior ?? openPosterior({ ...sgd.state, rank }, ratings, implicit);
  await refineAll(training, posterior, begin?.refinements ?? 0);
  return new MfModel(posterior, ratings, describe(posterior, ratings));
}

async function descendAll(training: Training, sgd: MfSgd, done: number): Promise<void> {
  const { ratings, settings, checkpoints, of, breathe } = training;
  for (let iteration = done + 1; iteration <= settings.iterations; iteration++) {
    const startMs = performance.now();
    const error = descend(sgd, ratings.standardized.length, iteration, settings);
    if (!Number.isFinite(error)) {
      throw new AppError(
        'internal.diverged',
        `the error became ${error} in iteration ${iteration}; lower the learning rate`,
      );
    }
    report(training, 'descending', iteration, error, startMs);
    await checkpoints?.save(descentCheckpoint(of, iteration, sgd.state));
    await breathe();
  }
}

async function refineAll(training: Training, posterior: Posterior, done: number): Promise<void> {
  const { ratings, settings, checkpoints, of, breathe } = training;
  const { iterations, refinements, pruning } = settings;
  if (done >= refinements) return;
  const sweeps = refine(posterior, ratings, { pruning, breathe });
  for (let refinement = done + 1; refinement <= refinements; refinement++) {
    const startMs = performance.now();
    const { value } = await sweeps.next();
    if (value === undefined || !Number.isFinite(value.squaredError)) {
      throw new AppError('internal.diverged', `refinement ${refinement} has no finite error; lower the learning rate`);
    }
    report(training, 'refining', iterations + refinement, value.squaredError, startMs);
    await checkpoints?.save(refinementCheckpoint(of, refinement, posterior));
  }
}

function report(
  { settings, ratings, onProgress }: Training,
  phase: string,
  step: number,
  error: number,
  startMs: number,
): void {
  const seconds = (performance.now() - startMs) / 1000;
  onProgress?.({
    fraction: step / (settings.iterations + settings.refinements),
    phase,
    metrics: {
      training_rmse: ratings.deviation * Math.sqrt(error),
      ratings_per_second: ratings.standardized.length / seconds,
    },
  });
}

function describe(posterior: Posterior, ratings: RatingData): Record<string, number> {
  const residuals = residualsOf(posterior, ratings);
  const squares = residuals.reduce((sum, x) => sum + x * x, 0) / residuals.length;
  return {
    training_rmse: ratings.deviation * Math.sqrt(squares),
    noise_deviation: ratings.deviation / Math.sqrt(posterior.noisePrecision),
    dimensions: posterior.dimensions.length - 2,
  };
}
