import { AppError } from '@attune/errors';
import { seededUniform } from '@attune/kernels';
import type { ModelDefinition } from '../model';
import { nearSettings, type Proposal } from './proposals';
import { type Scored, type SearchContext, Trials, type Tried } from './search';

/** A model whose best is this much worse than the best of all, relatively, gets no more trials. */
const HOPELESS = 0.15;
/** The share of the budget that the first trial of a model may take. */
const FIRST_SHARE = 0.25;
const MOST_TRIALS = 60;
/** Trials near good settings without one that is better, after which it is good enough. */
const PATIENCE = 10;

/** What a search over models is asked. */
export interface SearchModelsRequest extends SearchContext {
  readonly candidates: readonly ModelDefinition[];
}

/** What it found. */
export interface SearchedModels {
  /** The best of each model, the best first. */
  readonly ranked: readonly Scored[];
  readonly tried: readonly Tried[];
}

/**
 * Finds the best model and its settings by the validation set alone: first one start of every model, then more starts of those that
 * are near the best, then settings near the best ones, until the budget is spent or nothing gets better.
 */
export async function searchModels(request: SearchModelsRequest): Promise<SearchedModels> {
  const trials = new Trials(request);
  const starts = new Map(request.candidates.map((model) => [model, [...startsOf(model)]]));
  for (const [model, queue] of starts) {
    // no first trial takes so much that nothing is left for those that are more promising
    const most = FIRST_SHARE * request.budgetSeconds;
    await tryOne(trials, model, queue.shift()!, Math.min(most, trials.secondsLeft()));
  }
  await giveSecondChances(trials, request);
  for (let next = mostPromising(trials, starts, request); next !== undefined; ) {
    await tryOne(trials, next, starts.get(next)!.shift()!, trials.secondsLeft());
    next = mostPromising(trials, starts, request);
  }
  await refine(trials, request);
  const { ranked, tried } = trials;
  if (ranked.length === 0) {
    const reasons = tried.map(({ model, problem }) => `${model}: ${problem}`);
    throw new AppError('failed_precondition.no_model', `no model could be trained in the time; ${reasons.join('; ')}`);
  }
  return { ranked: ranked.filter(({ model }, index) => ranked.findIndex((x) => x.model === model) === index), tried };
}

/** The starts of a model; its defaults where it names none. */
export function startsOf({ searchSpace }: ModelDefinition): readonly Proposal[] {
  return searchSpace.start.length > 0 ? searchSpace.start : [{}];
}

/** Where the machine is so slow that hardly a model was ready in its share of the budget, they get most of what is left, in turn. */
async function giveSecondChances(trials: Trials, { candidates }: SearchModelsRequest): Promise<void> {
  for (const model of candidates) {
    if (new Set(trials.ranked.map(({ model: name }) => name)).size > 1) return;
    if (trials.bestOf(model.name) !== undefined || !trials.ranOutOfTime(model.name)) continue;
    await tryOne(trials, model, startsOf(model)[0]!, 0.6 * trials.secondsLeft());
  }
}

async function tryOne(trials: Trials, model: ModelDefinition, settings: Proposal, seconds: number): Promise<void> {
  if (seconds <= 0 || trials.tried.length >= MOST_TRIALS) return;
  await trials.run(model, settings, seconds);
}

/** The best model that has starts left and for which there is time. */
function mostPromising(
  trials: Trials,
  starts: ReadonlyMap<ModelDefinition, readonly Proposal[]>,
  context: SearchContext,
): ModelDefinition | undefined {
  const waiting = [...starts].filter(([, queue]) => queue.length > 0).map(([model]) => model);
  return hopeful(trials, waiting, context).find((model) => fits(trials, model));
}

/** Models near the best one, the best first. */
function hopeful(trials: Trials, models: readonly ModelDefinition[], { main }: SearchContext): ModelDefinition[] {
  const best = trials.ranked[0]?.value.value;
  if (best === undefined) return [];
  const loss = (model: ModelDefinition) => {
    const own = trials.bestOf(model.name)?.value.value ?? Number.NaN;
    return (main.isHigherBetter ? best - own : own - best) / Math.max(Math.abs(best), 1e-9);
  };
  return models.filter((model) => loss(model) <= HOPELESS).sort((a, b) => loss(a) - loss(b));
}

/** Whether another trial like the model's best can end in time. */
function fits(trials: Trials, { name }: ModelDefinition): boolean {
  return trials.tried.length < MOST_TRIALS && trials.secondsLeft() > 1.2 * (trials.bestOf(name)?.seconds ?? 0);
}

/** Looks near the best settings of the best two models in turn, twice as often at those of the best. */
async function refine(trials: Trials, context: SearchModelsRequest): Promise<void> {
  const uniform = seededUniform(context.seed);
  for (let turn = 0; trials.sinceBest < PATIENCE; turn++) {
    const models = hopeful(trials, context.candidates, context)
      .slice(0, 2)
      .filter((model) => fits(trials, model) && Object.keys(model.searchSpace.dimensions).length > 0);
    const model = models[turn % 3 === 2 ? models.length - 1 : 0];
    if (model === undefined) return;
    const settings = newNear(trials, model, uniform);
    if (settings === undefined) return;
    await trials.run(model, settings, trials.secondsLeft());
  }
}

function newNear(trials: Trials, model: ModelDefinition, uniform: () => number): Proposal | undefined {
  const good = trials.bestOf(model.name)!.settings;
  for (let attempt = 0; attempt < 20; attempt++) {
    const settings = nearSettings(model.searchSpace, good, uniform);
    if (!trials.hasTried(model.name, settings)) return settings;
  }
  return undefined;
}
