import { type AppError, isAppError, toAppError } from '@attune/errors';
import { comparePaired, mainMetric, type ObservationTable } from '@attune/evaluation';
import type { TrialResult } from '@attune/recommenders';
import type { CliContext } from '../context';
import { AUTO, chooseModels } from './choose-models';
import type { EvaluationData } from './evaluation-data';
import { loadData } from './load-data';
import type { DataOptions, MeasureOptions, SettingsByModel } from './options';
import { overSeeds } from './over-seeds';
import { type PreparedData, prepareData } from './prepared-data';
import { ProgressLines } from './progress-lines';
import { type EvaluateResult, type ModelResult, ordered, resultLines } from './result';
import { runAuto } from './run-auto';
import { settingsFor } from './settings-for';
import { runTrialInChild } from './trial-runner';

/** The options of `attune evaluate`. */
export interface EvaluateOptions extends DataOptions, MeasureOptions {
  readonly models: readonly string[];
  readonly seeds?: readonly number[];
  readonly set?: SettingsByModel;
}

/** One model with one seed. */
interface SeedRun {
  readonly model: string;
  readonly result: ModelResult;
  /** The main metric by user; absent where the model failed. */
  readonly table?: ObservationTable;
}

/**
 * Trains and measures the wanted models, one after the other, each in a process of its own.
 * @public loaded by `require` where it is used, which a search for unused exports does not see
 */
export async function runEvaluate(context: CliContext, options: EvaluateOptions, signal: AbortSignal): Promise<void> {
  const lines = new ProgressLines(context.output);
  const { protocol, k } = options;
  const seeds = options.seeds ?? [options.seed];
  const loaded = await loadData(options, protocol, signal, {
    needsTest: true,
    objectStoreUrl: context.objectStoreUrl(),
  });
  for (const remark of loaded.remarks) lines.note(remark);
  const runs: SeedRun[] = [];
  for (const seed of seeds) {
    const data = loaded.forSeed(seed);
    const { definitions, isAuto, remarks } = chooseModels(options.models, protocol, data);
    if (seed === seeds[0]) for (const remark of remarks) lines.note(remark);
    await using prepared = await prepareData(data);
    for (const definition of definitions) {
      runs.push(await runModel({ model: definition.name, data, prepared, options, seed, signal, lines }));
    }
    if (isAuto) runs.push(await runModel({ model: AUTO, data, prepared, options, seed, signal, lines }));
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
  readonly model: string;
  readonly data: EvaluationData;
  readonly prepared: PreparedData;
  readonly options: EvaluateOptions;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly lines: ProgressLines;
}

async function runModel(request: RunModelRequest): Promise<SeedRun> {
  const { model, options, seed, signal, lines } = request;
  const startedMs = performance.now();
  const elapsedSeconds = () => (performance.now() - startedMs) / 1_000;
  try {
    const { trial, ...found } = model === AUTO ? await searched(request) : await trained(request);
    const main = trial.evaluation.main.name;
    const seconds = elapsedSeconds();
    lines.note(`${model}: ${main} ${trial.evaluation.metrics[main]?.value.toFixed(4)} in ${seconds.toFixed(1)} s`);
    const { metrics, segments, counts } = trial.evaluation;
    const { fitSeconds, metrics: training } = trial;
    const result = { model, ...found, seconds, fitSeconds, metrics, segments, counts, training };
    // a search alone goes by the name of what it picked
    const isAlone = options.models.length === 1 && (options.seeds ?? []).length <= 1;
    const name = isAlone ? (found.picked ?? model) : model;
    return { model: name, result: { ...result, model: name }, table: mainColumn(trial) };
  } catch (error) {
    if (signal.aborted || isAppError(error, 'invalid.settings')) throw error;
    const { code, message } = describe(error);
    lines.note(`${model} failed: ${message}`);
    const settings = settingsFor(model, options.set?.[model] ?? {}, seed);
    return { model, result: { model, settings, seconds: elapsedSeconds(), metrics: {}, error: { code, message } } };
  }
}

/** What one way to a model gives. */
type Found = Pick<ModelResult, 'settings' | 'picked' | 'tried' | 'validation'> & { readonly trial: TrialResult };

async function trained({ model, prepared, options, seed, signal, lines }: RunModelRequest): Promise<Found> {
  const settings = settingsFor(model, options.set?.[model] ?? {}, seed);
  const { protocol, k: ks } = options;
  const trial = await runTrialInChild({
    ...{ data: prepared, members: [{ model, settings }], protocol, ks, detail: 'full', seed, signal },
    onProgress: lines.of(model),
  });
  return { settings: trial.settings[0]!, trial };
}

async function searched({ data, prepared, options, seed, signal, lines }: RunModelRequest): Promise<Found> {
  return runAuto({ data, prepared, options: { ...options, seed }, signal, lines });
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
  const why = known.cause instanceof Error && known.code.startsWith('internal') ? known.cause.message : '';
  // the process of a trial has said it already
  const cause = known.message.includes(why) ? '' : ` (${why})`;
  const details = known.violations.map(({ field, description }) => `${field}: ${description}`);
  return { code: known.code, message: [known.message + cause, ...details].join('; ') };
}
