import { AppError } from '@attune/errors';
import { type EvaluateRequest, type Evaluation, evaluate, type Scorer } from '@attune/evaluation';
import type { FittedModel, ModelDefinition, OnProgress, TrainingData } from '../model';
import { parseSettings } from '../parse-settings';
import { BlendScorer, standardizedRows } from './blend-scorer';
import { StrangersScorer } from './strangers-scorer';

/** A model with settings; in a blend also how much its scores count. */
export interface TrialMember {
  readonly model: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** 1 where absent. */
  readonly weight?: number;
}

/** What to train, and how to measure it. */
export interface TrialRequest {
  readonly models: ReadonlyMap<string, ModelDefinition>;
  /** One model, or several whose scores are blended. */
  readonly members: readonly TrialMember[];
  readonly data: TrainingData;
  readonly evaluation: Omit<EvaluateRequest, 'scorer' | 'train' | 'signal' | 'onProgress'>;
  /** Users whose standardized scores of all items are wanted, to learn a blend from. */
  readonly sampleUsers?: Int32Array;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** What a trial found. */
export interface TrialResult {
  readonly evaluation: Evaluation;
  /** The settings of each member with defaults filled in. */
  readonly settings: readonly Readonly<Record<string, unknown>>[];
  readonly fitSeconds: number;
  readonly evaluateSeconds: number;
  /** What the trainings say of themselves. */
  readonly metrics: Readonly<Record<string, number>>;
  /** [sampleUsers x itemCount] */
  readonly sample?: Float32Array;
}

/** Trains one model, or the members of a blend, and measures what comes of it. */
export async function runTrial(request: TrialRequest): Promise<TrialResult> {
  const { members, data, evaluation, sampleUsers, signal, onProgress } = request;
  await using fitted = new AsyncDisposableStack();
  const startedMs = performance.now();
  const parsed = members.map((member) => settingsOf(request, member));
  const models: FittedModel[] = [];
  for (const [index, { definition, settings }] of parsed.entries()) {
    const share: OnProgress = ({ fraction, phase, ...rest }) =>
      onProgress?.({ ...rest, fraction: (index + fraction) / members.length, phase: `${definition.name}: ${phase}` });
    models.push(fitted.use(await definition.fit({ data, settings, signal, onProgress: share })));
  }
  const fittedMs = performance.now();
  const scorer = scorerOf(
    models.map((model, index) => withStrangers(model, parsed[index]!.definition, request)),
    request,
  );
  const found = await evaluate({
    ...evaluation,
    scorer,
    train: data.interactions,
    signal,
    onProgress: (fraction) => onProgress?.({ fraction, phase: 'evaluating' }),
  });
  const sample = sampleUsers && (await standardizedRows(scorer, sampleUsers, data.interactions.itemCount));
  return {
    evaluation: found,
    settings: parsed.map(({ settings }) => settings),
    fitSeconds: (fittedMs - startedMs) / 1_000,
    evaluateSeconds: (performance.now() - fittedMs) / 1_000,
    metrics: Object.assign({}, ...models.map(({ metrics }) => metrics)),
    sample,
  };
}

/** The model as it serves: people of whom it knows nothing get what is popular. */
function withStrangers(model: FittedModel, definition: ModelDefinition, { data, evaluation }: TrialRequest): Scorer {
  if (definition.ranksForStrangers === true || evaluation.protocol === 'ratings') return model;
  const known = new Set(data.interactions.userIndex);
  return evaluation.test.userIndex.every((user) => known.has(user))
    ? model
    : new StrangersScorer(model, data.interactions);
}

function scorerOf(models: readonly Scorer[], { members, data }: TrialRequest): Scorer {
  if (models.length === 1) return models[0]!;
  const blended = models.map((scorer, index) => ({ scorer, weight: members[index]!.weight ?? 1 }));
  return new BlendScorer(blended, data.interactions.itemCount);
}

function settingsOf({ models }: TrialRequest, { model, settings }: TrialMember) {
  const definition = models.get(model);
  if (definition === undefined) {
    throw new AppError('not_found.model', `there is no model "${model}"; there are ${[...models.keys()].join(', ')}`);
  }
  return { definition, settings: parseSettings(definition, settings) };
}
