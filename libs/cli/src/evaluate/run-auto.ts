import {
  blendSample,
  learnBlend,
  type Scored,
  searchModels,
  type TrialMember,
  type TrialResult,
  type Tried,
} from '@attune/recommenders';
import { suitableModels } from './choose-models';
import type { EvaluationData } from './evaluation-data';
import type { PreparedData } from './prepared-data';
import type { ProgressLines } from './progress-lines';
import { type OpenSearch, openSearch, type SearchOptions } from './search-context';
import { settingsFor } from './settings-for';
import { runTrialInChild } from './trial-runner';

/** A blend must be better than its best member by this much, relatively: less is what learning its weights makes up. */
const WORTHWHILE = 0.003;
const MOST_MEMBERS = 4;

/** What the search for the best model is asked. */
export interface AutoRequest {
  readonly data: EvaluationData;
  readonly prepared: PreparedData;
  readonly options: SearchOptions;
  readonly signal: AbortSignal;
  readonly lines: ProgressLines;
}

/** What was picked, and how it does on the test. */
export interface AutoResult {
  /** A model's name, or `blend`. */
  readonly picked: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly trial: TrialResult;
  readonly tried: readonly Tried[];
  /** How the validation set was taken. */
  readonly validation: string;
}

/** Picks a model, or a blend of several, by a validation set of the training data; then trains it on all of it and measures that. */
export async function runAuto(request: AutoRequest): Promise<AutoResult> {
  const { data, prepared, options, signal, lines } = request;
  const { protocol, k: ks, seed } = options;
  const sampleUsersOf = protocol === 'ratings' ? undefined : ({ test }: EvaluationData) => blendSample(test, seed);
  await using search = await openSearch(data, options, { signal, lines, sampleUsersOf });
  const candidates = suitableModels(protocol, data);
  const { ranked, tried } = await searchModels({ ...search.context, candidates });
  const members = await chooseMembers(ranked, search, request);
  const picked = members.length === 1 ? members[0]!.model : 'blend';
  const text = members
    .map(({ model, weight = 1 }) => (members.length === 1 ? model : `${weight} ${model}`))
    .join(' + ');
  lines.note(`picked by validation (${search.rule}): ${text}`);
  const trial = await runTrialInChild({
    ...{ data: prepared, members, protocol, ks, detail: 'full', seed, signal },
    onProgress: lines.of(picked),
  });
  const settings =
    members.length === 1
      ? trial.settings[0]!
      : { members: members.map(({ model, weight }, index) => ({ model, weight, settings: trial.settings[index] })) };
  return { picked, settings, trial, tried, validation: search.rule };
}

/** The best model alone, or the models of a blend with their weights where validation says that it is better. */
async function chooseMembers(
  ranked: readonly Scored[],
  { context, validation }: OpenSearch,
  { options, signal, lines }: AutoRequest,
): Promise<readonly TrialMember[]> {
  const asMember = ({ model, settings }: Scored, weight?: number): TrialMember => ({
    model,
    settings: settingsFor(model, { ...settings, ...options.set?.[model] }, options.seed),
    weight,
  });
  const alone = [asMember(ranked[0]!)];
  const able = ranked.filter(({ sample }) => sample !== undefined).slice(0, MOST_MEMBERS);
  const seconds = able.reduce((sum, scored) => sum + scored.seconds, 0);
  if (able.length < 2 || able[0] !== ranked[0] || context.elapsed() + seconds > 1.2 * context.budgetSeconds)
    return alone;
  const { training, test, negatives } = validation;
  const blend = await learnBlend({
    sampleUsers: blendSample(test, options.seed),
    samples: able.map(({ sample }) => sample!),
    train: training.interactions,
    evaluation: { protocol: options.protocol, ks: options.k, test, negatives, seed: options.seed },
    signal,
  });
  const names = able.map(({ model }, index) => `${blend.weights[index]} ${model}`).join(' + ');
  lines.note(`tried ${names}: ${blend.blended.toFixed(4)} where ${able[0]!.model} alone has ${blend.alone.toFixed(4)}`);
  if (blend.blended - blend.alone <= WORTHWHILE * Math.abs(blend.alone)) return alone;
  return able.flatMap((scored, index) => (blend.weights[index]! > 0 ? [asMember(scored, blend.weights[index])] : []));
}
