import { type AppError, isAppError, toAppError } from '@attune/errors';
import { comparePaired, mainMetric, type ObservationTable } from '@attune/evaluation';
import type { ModelDefinition, TrialResult } from '@attune/recommenders';
import type { CliContext } from '../context';
import { chooseModels } from './choose-models';
import { type EvaluationData, loadData } from './load-data';
import type { DataOptions, MeasureOptions, SettingsByModel } from './options';
import { overSeeds } from './over-seeds';
import { type PreparedData, prepareData } from './prepared-data';
import { ProgressLines } from './progress-lines';
import { type EvaluateResult, type ModelResult, ordered, resultLines } from './result';
import { runTrialInChild } from './trial-runner';
import { withSeed } from './with-seed';

/** The options of `attune evaluate`. */
export interface EvaluateOptions extends DataOptions, MeasureOptions {
  readonly models: readonly string[];
  readonly seeds?: readonly number[];
  readonly set: SettingsByModel;
}

/** One model with one seed. */
interface SeedRun {
  readonly model: string;
  readonly result: ModelResult;
  /** The main metric by user; absent where the model failed. */
  readonly table?: ObservationTable;
}

/** Trains and measures the wanted models, one after the other, each in a process of its own. */
export async function runEvaluate(context: CliContext, options: EvaluateOptions, signal: AbortSignal): Promise<void> {
  const lines = new ProgressLines(context.output);
  const { protocol, k } = options;
  const seeds = options.seeds ?? [options.seed];
  const loaded = await loadData(options, protocol, signal);
  for (const remark of loaded.remarks) lines.note(remark);
  const runs: SeedRun[] = [];
  for (const seed of seeds) {
    const data = loaded.forSeed(seed);
    const { definitions, remarks } = chooseModels(options.models, protocol, data);
    if (seed === seeds[0]) for (const remark of remarks) lines.note(remark);
    await using prepared = await prepareData(data);
    for (const definition of definitions) {
      runs.push(await runModel({ definition, data, prepared, options, seed, signal, lines }));
    }
  }
  const main = mainMetric(protocol, k);
  const models = [...new Set(runs.map(({ model }) => model))];
  const results = ordered(
    models.map((model) => joined(runs.filter((run) => run.model === model))),
    main,
  );
  const succeeded = results.filter(({ error }) => error === undefined);
  const result: EvaluateResult = {
    protocol,
    best: succeeded[0]?.model ?? '',
    mainMetric: main.name,
    k,
    seeds,
    data: loaded.summary,
    comparison: comparisonOf(succeeded, runs, { metric: main.name, seed: seeds[0]! }),
    results,
  };
  if (succeeded.length === 0) context.failed = true;
  context.output.result(result, () => resultLines(result));
}

interface RunModelRequest {
  readonly definition: ModelDefinition;
  readonly data: EvaluationData;
  readonly prepared: PreparedData;
  readonly options: EvaluateOptions;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly lines: ProgressLines;
}

async function runModel(request: RunModelRequest): Promise<SeedRun> {
  const { definition, prepared, options, seed, signal, lines } = request;
  const { protocol, k: ks } = options;
  const model = definition.name;
  const settings = withSeed(definition, options.set[model] ?? {}, seed);
  const startedMs = performance.now();
  try {
    const trial = await runTrialInChild({
      ...{ data: prepared, members: [{ model, settings }], protocol, ks, detail: 'full', seed, signal },
      onProgress: lines.of(model),
    });
    const { name } = trial.evaluation.main;
    const value = trial.evaluation.metrics[name]?.value.toFixed(4);
    lines.note(`${model}: ${name} ${value} in ${(trial.fitSeconds + trial.evaluateSeconds).toFixed(1)} s`);
    return { model, result: resultOf(model, trial), table: mainColumn(trial) };
  } catch (error) {
    if (signal.aborted || isAppError(error, 'invalid.settings')) throw error;
    const { code, message } = describe(error);
    lines.note(`${model} failed: ${message}`);
    const seconds = (performance.now() - startedMs) / 1_000;
    return { model, result: { model, settings, seconds, metrics: {}, error: { code, message } } };
  }
}

function resultOf(
  model: string,
  { evaluation, settings, fitSeconds, evaluateSeconds, metrics }: TrialResult,
): ModelResult {
  return {
    model,
    settings: settings[0]!,
    seconds: fitSeconds + evaluateSeconds,
    fitSeconds,
    metrics: evaluation.metrics,
    segments: evaluation.segments,
    counts: evaluation.counts,
    training: metrics,
  };
}

function mainColumn({ evaluation: { table, main } }: TrialResult): ObservationTable {
  return { users: table.users, observations: table.observations.filter(({ name }) => name === main.name) };
}

/** One result of a model's runs with all seeds; a failure of one is a failure of all. */
function joined(runs: readonly SeedRun[]): ModelResult {
  const failed = runs.find(({ result }) => result.error !== undefined);
  const first = (failed ?? runs[0]!).result;
  if (failed !== undefined || runs.length === 1) return first;
  const { segments: _, ...rest } = first;
  const seconds = runs.reduce((sum, { result }) => sum + result.seconds, 0) / runs.length;
  return { ...rest, seconds, metrics: overSeeds(runs.map(({ result }) => result.metrics)) };
}

function comparisonOf(
  [best, next]: readonly ModelResult[],
  runs: readonly SeedRun[],
  options: { readonly metric: string; readonly seed: number },
): EvaluateResult['comparison'] {
  const tableOf = (model: string | undefined) => runs.find((run) => run.model === model)?.table;
  const [first, second] = [tableOf(best?.model), tableOf(next?.model)];
  if (first === undefined || second === undefined) return undefined;
  return { best: best!.model, next: next!.model, ...comparePaired(first, second, options) };
}

/** The message of an error with what is wrong in which field. */
function describe(error: unknown): Pick<AppError, 'code' | 'message'> {
  const known = toAppError(error);
  const cause = known.cause instanceof Error && known.code.startsWith('internal') ? ` (${known.cause.message})` : '';
  const details = known.violations.map(({ field, description }) => `${field}: ${description}`);
  return { code: known.code, message: [known.message + cause, ...details].join('; ') };
}
