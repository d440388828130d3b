import { type Csr, type IalsIteration, type IalsStart, trainIals, transposeCsr } from '@attune/kernels';
import type { FitRequest, FittedModel, ModelDefinition } from '../model';
import { requirePreferences, typicalValue, weightOfValues } from '../weights/preference-weights';
import { exposuresOf } from './als-exposures';
import { AlsModel, openFoldInOf, type TrainedAls } from './als-model';
import { objectiveOf } from './als-objective';
import { type RowTerms, rowsOf, rowTerms } from './als-rows';
import { type AlsSettings, alsSearchSpace, alsSettings } from './als-settings';
import { checkpointOf, fingerprint, resumeFrom, warmStart } from './als-start';
import { chooseHalfLife } from './choose-half-life';
import { rowsWithEarlierSelves, tasteTest } from './tastes';

/** Implicit matrix factorization: iALS as Rendle et al. 2021 revisit it; docs/models/als.md has its equations. */
export const ALS: ModelDefinition<AlsSettings> = {
  name: 'als',
  description: 'What people with the same taste liked: implicit matrix factorization (iALS), personal and fast.',
  tasks: ['ranking'],
  needs: [],
  settings: alsSettings,
  searchSpace: alsSearchSpace,
  wants: ({ shownWeight, tastesSince }) => ({
    showings: shownWeight > 0,
    ...(tastesSince === '' ? {} : { tastesSinceMs: Date.parse(tastesSince) }),
  }),
  fit: fitAls,
};

async function fitAls(request: FitRequest<AlsSettings>): Promise<FittedModel> {
  const { data, settings } = request;
  const { interactions } = data;
  const weightOf = weightOfValues(interactions, settings.weighting);
  const { halfLifeDays: given, shownWeight } = settings;
  const halfLifeDays = given === 'auto' ? await chooseHalfLife(request, fitAls) : given;
  requirePreferences(interactions, weightOf);
  const terms = rowTerms(data, { weightOf, shownWeight, halfLifeDays });
  const told = await tellTastesApart(request, terms);
  const trained = await train(request, told);
  const { objective, factors } = trained;
  const metrics = {
    loss: trained.loss,
    unobserved_weight: objective.alpha0,
    regularization: objective.regularization,
    // with these four who reads the artifact can fold in users as the training did
    typical_value: typicalValue(interactions),
    half_life_days: halfLifeDays,
    users_from_previous: trained.knownUsers,
    ...(told.shiftedUsers === undefined ? {} : { users_shifted: told.shiftedUsers }),
  };
  // what people were before the shift nobody asks
  const userFactors = factors.userFactors.slice(0, interactions.userCount * settings.rank);
  return new AlsModel({ ...trained, factors: { ...factors, userFactors }, weightOf, metrics });
}

/** What is factorized: rows of users, below them their earlier selves where tastes shifted, and where the items begin. */
interface Told {
  readonly users: Csr;
  /** Undefined where no shift is known. */
  readonly shiftedUsers?: number;
  readonly start?: IalsStart;
}

/** The first half of the iterations, in which everybody's earlier self is somebody else, shows whose taste shifted. */
async function tellTastesApart(request: FitRequest<AlsSettings>, terms: RowTerms): Promise<Told> {
  const { data, settings } = request;
  const { shift } = data;
  const all = rowsOf(data, terms);
  if (shift === undefined || settings.tastesSince === '') return { users: all };
  const rows = { all, earlier: rowsOf(shift.earlier, terms), since: rowsOf(shift.since, terms) };
  const half = Math.max(1, Math.floor(settings.iterations / 2));
  const unsure = { ...request, settings: { ...settings, iterations: half }, checkpoints: undefined };
  const first = await train(unsure, { users: rowsWithEarlierSelves(rows, () => false) });
  const { itemFactors } = first.factors;
  const items = { itemFactors, foldIn: openFoldInOf(first), rank: settings.rank };
  const isStillExplained = tasteTest(rows, items);
  const isKept = Array.from({ length: all.rowCount }, (_, user) => isStillExplained(user));
  return {
    users: rowsWithEarlierSelves(rows, (user) => isKept[user]!),
    shiftedUsers: isKept.filter((kept) => !kept).length,
    start: { side: 'items', factors: itemFactors, iterationsDone: Math.min(half, settings.iterations - 1) },
  };
}

type Trained = Pick<TrainedAls, 'factors' | 'objective' | 'exposures'> & Pick<Beginning, 'loss' | 'knownUsers'>;

async function train(request: FitRequest<AlsSettings>, { users, start }: Told): Promise<Trained> {
  const { data, settings, signal } = request;
  const { itemCount } = data.interactions;
  const items = transposeCsr(users, itemCount);
  const objective = objectiveOf(settings, users, items);
  const exposures = {
    users: exposuresOf(users, settings.userExposure),
    items: exposuresOf(items, settings.itemExposure),
  };
  const of = fingerprint(settings, users, itemCount);
  const begin = await beginning(request, { of, selves: users.rowCount / data.interactions.userCount, start });
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
  return { factors, objective, exposures, loss, knownUsers: begin.knownUsers };
}

interface Beginning {
  readonly start?: IalsStart;
  readonly loss: number;
  readonly knownUsers: number;
}

interface BeginningTerms {
  /** Of what training a checkpoint must be. */
  readonly of: string;
  /** 2 where users' earlier selves have rows below theirs, else 1. */
  readonly selves: number;
  readonly start: IalsStart | undefined;
}

/** Where the run was cut off, else where it was told to, else what the previous version knew, else random vectors. */
async function beginning(
  { settings, checkpoints, previous }: FitRequest<AlsSettings>,
  { of, selves, start }: BeginningTerms,
): Promise<Beginning> {
  const warm = previous && warmStart(previous, settings, selves);
  const knownUsers = warm?.knownUsers ?? 0;
  const checkpoint = await checkpoints?.load();
  if (checkpoint !== undefined) return { ...resumeFrom(checkpoint, of), knownUsers };
  return { start: start ?? warm?.start, loss: 0, knownUsers };
}

function report({ settings, onProgress }: FitRequest<AlsSettings>, done: IalsIteration, entries: number): void {
  const { iteration, loss, seconds } = done;
  onProgress?.({
    fraction: iteration / settings.iterations,
    phase: 'training',
    metrics: { iteration, loss, iteration_seconds: seconds, interactions_per_second: entries / seconds },
  });
}
