import { AppError } from '@attune/errors';
import { seededUniform } from '@attune/kernels';
import type { ModelDefinition } from '../model';
import { drawSettings, nearSettings, type Proposal } from './proposals';
import { type Scored, type SearchContext, Trials, type Tried } from './search';
import { startsOf } from './search-models';

/** Of each round, one in three goes on with three times the effort. */
const KEEP = 3;
const PATIENCE = 15;
const MOST_TRIALS = 200;

/** What the search for one model's settings is asked. */
export interface TuneModelRequest extends SearchContext {
  readonly model: ModelDefinition;
  /** Settings that stay as they are. */
  readonly fixed: Proposal;
}

/** What it found. */
export interface TunedModel {
  readonly best: Scored;
  readonly tried: readonly Tried[];
}

/**
 * Finds good settings of one model: successive halving (Jamieson and Talwalkar, AISTATS 2016; the brackets of Hyperband, Li et al.,
 * JMLR 2018, with eta = 3) where the model has a setting for effort, all candidates at full effort where it has none; then settings
 * near the best until the budget is spent or nothing gets better.
 */
export async function tuneModel(request: TuneModelRequest): Promise<TunedModel> {
  const { model, fixed } = request;
  const uniform = seededUniform(request.seed);
  const trials = new Trials(request);
  const full = await halve(trials, request, uniform);
  const atFull = () => trials.ranked.filter(({ settings }) => isFull(settings, model, full));
  for (let since = 0; since < PATIENCE && trials.tried.length < MOST_TRIALS; ) {
    const best = atFull()[0];
    if (best === undefined || trials.secondsLeft() < 1.2 * best.seconds) break;
    const settings = { ...nearSettings(model.searchSpace, best.settings, uniform), ...fixed, ...full };
    await trials.run(model, settings, trials.secondsLeft());
    since = atFull()[0] === best ? since + 1 : 0;
  }
  // where time was up before anything got full effort, what had less
  const best = atFull()[0] ?? trials.ranked[0];
  if (best !== undefined) return { best, tried: trials.tried };
  const reasons = trials.tried.map(({ problem }) => problem).join('; ');
  throw new AppError('failed_precondition.no_model', `${model.name} could not be trained in the time: ${reasons}`);
}

/** The rounds of one bracket; returns the setting of full effort, nothing where the model has no such setting. */
async function halve(trials: Trials, request: TuneModelRequest, uniform: () => number): Promise<Proposal> {
  const { model, fixed } = request;
  const rounds = effortsOf(model, fixed);
  let candidates = candidatesOf(request, KEEP ** (rounds.length - 1) * KEEP, uniform);
  for (const [round, effort] of rounds.entries()) {
    for (const settings of candidates) {
      // what is left is shared by the rounds, so that the last one has its part
      const share = trials.secondsLeft() / (rounds.length - round);
      if (share > 0) await trials.run(model, { ...settings, ...effort }, share);
    }
    const ranked = trials.ranked.filter(({ settings }) => isFull(settings, model, effort));
    candidates = ranked.slice(0, Math.max(1, Math.ceil(candidates.length / KEEP))).map(({ settings }) => settings);
  }
  return rounds[rounds.length - 1]!;
}

/** From little effort to full effort, each three times the one before. */
function effortsOf({ searchSpace: { effort } }: ModelDefinition, fixed: Proposal): readonly Proposal[] {
  if (effort === undefined || fixed[effort.setting] !== undefined) return [{}];
  const efforts: number[] = [];
  for (let value = effort.high; value >= effort.low; value = Math.floor(value / KEEP)) efforts.unshift(value);
  return efforts.slice(-3).map((value) => ({ [effort.setting]: value }));
}

function candidatesOf({ model, fixed }: TuneModelRequest, count: number, uniform: () => number): readonly Proposal[] {
  const starts = startsOf(model);
  const hasDimensions = Object.keys(model.searchSpace.dimensions).length > 0;
  const drawn = hasDimensions ? Math.max(0, Math.min(27, count) - starts.length) : 0;
  const proposals = [...starts, ...Array.from({ length: drawn }, () => drawSettings(model.searchSpace, uniform))];
  return proposals.map((settings) => ({ ...settings, ...fixed }));
}

function isFull(settings: Proposal, { searchSpace: { effort } }: ModelDefinition, full: Proposal): boolean {
  return (
    effort === undefined || full[effort.setting] === undefined || settings[effort.setting] === full[effort.setting]
  );
}
