import { mainMetric, type OtherItems } from '@attune/evaluation';
import { type SearchContext, type Tried, validationSplit } from '@attune/recommenders';
import type { EvaluationData } from './evaluation-data';
import type { MeasureOptions, SettingsByModel } from './options';
import { type PreparedData, prepareData } from './prepared-data';
import type { ProgressLines } from './progress-lines';
import { settingsFor } from './settings-for';
import { runTrialInChild } from './trial-runner';

/** What a search is begun with. */
export interface SearchOptions extends Pick<MeasureOptions, 'protocol' | 'k' | 'budget'> {
  readonly seed: number;
  readonly set?: SettingsByModel;
}

/** A validation set, and how trials are made on it. */
export interface OpenSearch extends AsyncDisposable {
  readonly context: SearchContext;
  readonly validation: EvaluationData;
  /** How the validation set was taken, in words. */
  readonly rule: string;
}

/** Takes a validation set of the training data and prepares the trials of a search; the test is looked at for its shape alone. */
export async function openSearch(
  data: EvaluationData,
  options: SearchOptions,
  {
    signal,
    lines,
    sampleUsersOf,
  }: {
    readonly signal: AbortSignal;
    readonly lines: ProgressLines;
    /** Whose scores are kept, to learn a blend from. */
    readonly sampleUsersOf?: (validation: EvaluationData) => Int32Array;
  },
): Promise<OpenSearch> {
  const { protocol, k: ks, seed, budget } = options;
  const { interactions } = data.training;
  const split = validationSplit(interactions, { test: data.test, protocol, seed });
  const negatives: OtherItems = data.negatives === 'all' ? 'all' : { sampled: sampledCount(data.negatives) };
  const validation = {
    ...data,
    training: { ...data.training, interactions: split.train },
    test: split.validation,
    negatives,
  };
  const prepared: PreparedData = await prepareData(validation);
  const startedMs = performance.now();
  const common = { data: prepared, protocol, ks, detail: 'accuracy', seed, signal } as const;
  const sampleUsers = sampleUsersOf?.(validation);
  const main = mainMetric(protocol, ks);
  return {
    validation,
    rule: split.rule,
    context: {
      main,
      budgetSeconds: budget,
      elapsed: () => (performance.now() - startedMs) / 1_000,
      seed,
      signal,
      onTried: (tried) => lines.note(triedText(tried)),
      runTrial: async ({ model, settings, timeoutMs }) => {
        const members = [{ model, settings: settingsFor(model, { ...settings, ...options.set?.[model] }, seed) }];
        const onProgress = lines.of(model);
        const trial = await runTrialInChild({ ...common, members, sampleUsers, timeoutMs, onProgress });
        const seconds = trial.fitSeconds + trial.evaluateSeconds;
        return { value: trial.evaluation.metrics[main.name]!, seconds, sample: trial.sample };
      },
    },
    [Symbol.asyncDispose]: () => prepared[Symbol.asyncDispose](),
  };
}

/** As many as the test has listed, on average; 99 where nothing is said. */
function sampledCount(negatives: OtherItems | undefined): number {
  if (negatives === undefined || negatives === 'all') return 99;
  if ('sampled' in negatives) return negatives.sampled;
  return Math.max(1, Math.round(negatives.items.length / negatives.userIndex.length));
}

function triedText({ model, settings, seconds, value, problem }: Tried): string {
  const asked = Object.entries(settings).map(([name, setting]) => `${name}=${setting}`);
  const outcome = problem ?? value!.value.toFixed(4);
  return `tried ${model} ${asked.join(' ')}: ${outcome} in ${seconds.toFixed(1)} s`;
}
