import { AppError } from '@attune/errors';
import { MODELS, type Tried, tuneModel } from '@attune/recommenders';
import type { CliContext } from '../context';
import { table } from '../output';
import { chooseModels } from './choose-models';
import { loadData } from './load-data';
import type { DataOptions, MeasureOptions, SettingsByModel } from './options';
import { ProgressLines } from './progress-lines';
import { openSearch } from './search-context';

/** The options of `attune tune`. */
export interface TuneOptions extends DataOptions, MeasureOptions {
  readonly set?: SettingsByModel;
}

/**
 * Searches good settings of one model by a validation set that is taken of the training data.
 * @public loaded by `require` where it is used, which a search for unused exports does not see
 */
export async function runTune(
  context: CliContext,
  { model: name, ...options }: TuneOptions & { readonly model: string },
  signal: AbortSignal,
): Promise<void> {
  const lines = new ProgressLines(context.output);
  const { protocol, seed } = options;
  const loaded = await loadData(options, protocol, signal, {
    needsTest: false,
    objectStoreUrl: context.objectStoreUrl(),
  });
  for (const remark of loaded.remarks) lines.note(remark);
  const data = loaded.forSeed(seed);
  chooseModels([name], protocol, data);
  const model = MODELS.get(name);
  if (model === undefined) throw new AppError('invalid.models', 'attune tune takes the name of one model');
  await using search = await openSearch(data, options, { signal, lines });
  const { best, tried } = await tuneModel({ ...search.context, model, fixed: options.set?.[name] ?? {} });
  const flags = Object.entries(best.settings).map(([setting, value]) => `--set ${name}.${setting}=${textOf(value)}`);
  const result = {
    protocol,
    model: name,
    settings: best.settings,
    flags,
    mainMetric: search.context.main.name,
    value: best.value,
    validation: search.rule,
    seed,
    seconds: search.context.elapsed(),
    data: loaded.summary,
    tried,
  };
  context.output.result(result, () => [
    ...table(['settings', search.context.main.name, 'time'], rowsOf(tried)),
    '',
    `Best on the validation set (${search.rule}) with ${best.value.value.toFixed(4)}:`,
    `  ${flags.join(' ')}`,
  ]);
}

function rowsOf(tried: readonly Tried[]): string[][] {
  return tried.map(({ settings, value, seconds, problem }) => [
    Object.entries(settings)
      .map(([setting, chosen]) => `${setting}=${textOf(chosen)}`)
      .join(' '),
    problem ?? value!.value.toFixed(4),
    `${seconds.toFixed(1)} s`,
  ]);
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
