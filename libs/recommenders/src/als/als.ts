import { type IalsIteration, type IalsStart, trainIals, transposeCsr } from '@attune/kernels';
import type { FitRequest, FittedModel, ModelDefinition } from '../model';
import { ageFactors } from '../weights/age-factors';
import { preferencesOf, typicalValue, weightOfValues } from '../weights/preference-weights';
import { exposuresOf } from './als-exposures';
import { AlsModel } from './als-model';
import { objectiveOf } from './als-objective';
import { type AlsSettings, alsSearchSpace, alsSettings } from './als-settings';
import { checkpointOf, fingerprint, resumeFrom, warmStart } from './als-start';
import { chooseHalfLife } from './choose-half-life';

/** Implicit matrix factorization: iALS as Rendle et al. 2021 revisit it; docs/models/als.md has its equations. */
export const ALS: ModelDefinition<AlsSettings> = {
  name: 'als',
  description: 'What people with the same taste liked: implicit matrix factorization (iALS), personal and fast.',
  tasks: ['ranking'],
  needs: [],
  settings: alsSettings,
  searchSpace: alsSearchSpace,
  fit: fitAls,
};

async function fitAls(request: FitRequest<AlsSettings>): Promise<FittedModel> {
  const { data, settings, signal } = request;
  const { interactions } = data;
  const { itemCount } = interactions;
  const weightOf = weightOfValues(interactions, settings.weighting);
  const { halfLifeDays: given } = settings;
  const halfLifeDays = given === 'auto' ? await chooseHalfLife(request, fitAls) : given;
  const users = preferencesOf(interactions, weightOf, ageFactors(interactions, halfLifeDays));
  const items = transposeCsr(users, itemCount);
  const objective = objectiveOf(settings, users, items);
  const exposures = {
    users: exposuresOf(users, settings.userExposure),
    items: exposuresOf(items, settings.itemExposure),
  };
  const of = fingerprint(settings, users, itemCount);
  const begin = await beginning(request, of);
  let loss = begin.loss;
  const factors = await trainIals({
    ...objective,
    iterations: settings.iterations,
    initStd: settings.initStd,
    seed: settings.seed,
    threads: settings.threads,
    users,
    items,
    itemCount,
    exposures: { users: exposures.users.rows, items: exposures.items.rows },
    start: begin.start,
    closeUsers: true,
    signal,
    onIteration: async (iteration) => {
      loss = iteration.loss;
      report(request, iteration, users.indices.length);
      const { checkpoints } = request;
      if (checkpoints === undefined) return;
      await checkpoints.save(checkpointOf(of, iteration.iteration, loss, iteration.factors().itemFactors));
    },
  });
  const metrics = {
    loss,
    unobserved_weight: objective.alpha0,
    regularization: objective.regularization,
    // with these four who reads the artifact can fold in users as the training did
    typical_value: typicalValue(interactions),
    half_life_days: halfLifeDays,
    users_from_previous: begin.knownUsers,
  };
  return new AlsModel({ factors, objective, exposures, weightOf, metrics });
}

interface Beginning {
  readonly start?: IalsStart;
  readonly loss: number;
  readonly knownUsers: number;
}

/** Where the run was cut off, else what the previous version knew, else random vectors. */
async function beginning({ settings, checkpoints, previous }: FitRequest<AlsSettings>, of: string): Promise<Beginning> {
  const checkpoint = await checkpoints?.load();
  if (checkpoint !== undefined) return { ...resumeFrom(checkpoint, of), knownUsers: 0 };
  const warm = previous && warmStart(previous, settings);
  return { start: warm?.start, loss: 0, knownUsers: warm?.knownUsers ?? 0 };
}

function report({ settings, onProgress }: FitRequest<AlsSettings>, done: IalsIteration, entries: number): void {
  const { iteration, loss, seconds } = done;
  onProgress?.({
    fraction: iteration / settings.iterations,
    phase: 'training',
    metrics: { iteration, loss, iteration_seconds: seconds, interactions_per_second: entries / seconds },
  });
}
