import { toAppError } from '@attune/errors';
import { explainRow } from '@attune/shapley';
import type { DecidedItem, Decision } from '../domain/decision';
import { columnGroups, engagementInputs } from '../domain/engagement-inputs';
import { expectedValues } from '../domain/engagement-value';
import type { Contribution, ExplainedPrediction } from '../domain/explanation/explanation';
import { featureWords } from '../domain/explanation/words';
import { type FeatureTable, NOT_READ, rowsOf, type UserFeature } from '../domain/feature-table';
import type { BorrowedModel, ModelShelf, PastModels } from '../model-ports';
import type { FeatureDescriptions, Surfaces, Waiting } from '../ports';

/** What taking a prediction apart needs. */
export interface ExplainPredictionParts {
  readonly models: Pick<ModelShelf, 'borrowVersion'>;
  readonly past: PastModels;
  readonly descriptions: FeatureDescriptions;
  readonly surfaces: Surfaces;
}

/** Which prediction: of an item of a decision, and of which label; empty for `click`. */
export interface PredictionQuestion {
  readonly decision: Decision;
  readonly item: DecidedItem;
  readonly label: string;
}

/** The prediction taken apart, or a sentence about why that cannot be; `caveats` say what is to be kept in mind. */
export interface PredictionAnswer {
  readonly prediction: ExplainedPrediction | undefined;
  readonly caveats: readonly string[];
}

/** Rows that the model's worker is given at once: so few that slates that wait for the same worker hardly wait longer. */
const BATCH = 256;
/** 2 (players - 1) rows each: with 40 features 10,000 rows, some ten milliseconds of the worker. */
const PAIRS = 128;
/** Both are sums of float32 probabilities, from batches of other sizes: what is further apart is another model or other inputs. */
const SAME = 1e-4;
const USUAL_LABEL = 'click';
const USUAL_MODEL = 'engagement';

/** Makes the function that tells what each recorded feature added to what the engagement model predicted. */
export function makeExplainPrediction(parts: ExplainPredictionParts) {
  const { descriptions, surfaces } = parts;
  return async function explainPrediction(question: PredictionQuestion, waiting: Waiting): Promise<PredictionAnswer> {
    const { decision, item } = question;
    const unsaid = (caveat: string): PredictionAnswer => ({ prediction: undefined, caveats: [caveat] });
    if (!item.partScores.some(({ part }) => part === 'engagement')) {
      return unsaid('The engagement model did not score this item, so there is nothing to say about features.');
    }
    const table = rowOf(decision, item);
    if (table === undefined) {
      return unsaid('The record does not hold the features of this item, so their part in it cannot be told.');
    }
    const borrowed = await borrowEngagement(parts, decision, waiting);
    if (typeof borrowed === 'string') return unsaid(borrowed);
    using model = borrowed;
    const label = labelOf(model, question.label);
    if (label === undefined) {
      return unsaid(`The engagement model has no label "${question.label}"; it has ${model.labels.join(', ')}.`);
    }
    const about = {
      model,
      table,
      user: decision.userFeatures,
      row: engagementInputs(model.features, decision.userFeatures, table),
    };
    const words = await descriptions.all(waiting);
    const apart = await takeApart({ ...about, label, words }, waiting);
    const comparison = await compare({ ...about, item, worth: worthThen(surfaces, decision) }, waiting);
    return { prediction: { ...apart, agrees: comparison.agrees }, caveats: comparison.caveats };
  };
}

/** What each kind of engagement was worth; undefined where the surface has been changed since, or an experiment may have changed it. */
function worthThen(surfaces: Surfaces, { surface, surfaceVersion, variants }: Decision) {
  const { version, engagementValues } = surfaces.named(surface);
  return version === surfaceVersion && variants.length === 0 ? engagementValues : undefined;
}

/** The features of the item as they were read, as a table of one row; undefined where the record does not have them. */
function rowOf({ itemFeatures }: Decision, { position }: DecidedItem): FeatureTable | undefined {
  if (itemFeatures === undefined || position >= itemFeatures.rowCount) return undefined;
  const row = rowsOf(itemFeatures, [position]);
  return row.missing.length > 0 && row.missing.every((code) => code === NOT_READ) ? undefined : row;
}

/**
 * The model of engagement among those that took part, at the version that did: at hand, or loaded again. A sentence where it cannot be
 * had. What took part and is not loaded any more is known by its name alone.
 */
async function borrowEngagement(
  { models, past }: Pick<ExplainPredictionParts, 'models' | 'past'>,
  decision: Decision,
  waiting: Waiting,
): Promise<BorrowedModel | string> {
  for (const { name, version, digest } of decision.models) {
    const model = models.borrowVersion(name, version);
    if (model?.kind === 'engagement' && model.ref.digest === digest) return model;
    model?.[Symbol.dispose]();
  }
  const ref = decision.models.find(({ name }) => name === USUAL_MODEL);
  if (ref === undefined)
    return 'The record does not name the engagement model, so the part of each feature cannot be told.';
  try {
    return await past.borrow(ref, waiting);
  } catch (error) {
    waiting.signal.throwIfAborted();
    const why = toAppError(error).message;
    return `Version ${ref.version} of the engagement model, which scored this item, cannot be asked any more (${why}), so the part of each feature cannot be told.`;
  }
}

function labelOf({ labels }: BorrowedModel, asked: string): string | undefined {
  if (asked !== '') return labels.find((label) => label === asked);
  return labels.find((label) => label === USUAL_LABEL) ?? labels[0];
}

interface About {
  readonly model: BorrowedModel;
  readonly table: FeatureTable;
  readonly user: readonly UserFeature[];
  /** [columns of the model]: what was recorded. */
  readonly row: Float32Array<ArrayBuffer>;
}

/** Whether the model still says what was recorded of the item. */
async function compare(
  {
    model,
    row,
    item,
    worth,
  }: About & { readonly item: DecidedItem; readonly worth: Readonly<Record<string, number>> | undefined },
  waiting: Waiting,
): Promise<{ readonly agrees: boolean | undefined; readonly caveats: readonly string[] }> {
  const recorded = item.partScores.find(({ part }) => part === 'engagement')?.raw;
  if (worth === undefined) {
    const caveat =
      'The surface has been changed since, or by an experiment, so what the model says could not be compared with what was recorded.';
    return { agrees: undefined, caveats: [caveat] };
  }
  const [now] = expectedValues(await model.predict(row, waiting), model.labels, worth)?.values ?? [];
  if (recorded === undefined || now === undefined) return { agrees: undefined, caveats: [] };
  if (Math.abs(now - recorded) <= SAME) return { agrees: true, caveats: [] };
  const caveat = `The engagement score that was recorded, ${recorded.toFixed(4)}, is not what the model says now, ${now.toFixed(4)}: the contributions explain what it says now.`;
  return { agrees: false, caveats: [caveat] };
}

async function takeApart(
  {
    model,
    label,
    row,
    table,
    user,
    words,
  }: About & { readonly label: string; readonly words: ReadonlyMap<string, string> },
  waiting: Waiting,
): Promise<Omit<ExplainedPrediction, 'agrees'>> {
  const groups = columnGroups(model.features);
  const at = model.labels.indexOf(label);
  const predict = async (rows: Float32Array<ArrayBuffer>, count: number) => {
    const probabilities = await model.predict(rows, waiting);
    return Float64Array.from({ length: count }, (_, i) => probabilities[i * model.labels.length + at]!);
  };
  const background = new Float32Array(row.length).fill(Number.NaN);
  const question = { row, background, groups: groups.map(({ columns }) => columns), predict };
  const found = await explainRow(question, { batch: BATCH, pairs: PAIRS, signal: waiting.signal });
  const contributions = groups.flatMap(({ name, columns }, group): Contribution[] => {
    if (columns.every((column) => Number.isNaN(row[column]!))) return [];
    const description = words.get(name) ?? featureWords(name);
    const [contribution, standardError] = [found.values[group]!, found.standardErrors[group]!];
    return [{ name, description, feature: featureOf(name, user, table), contribution, standardError }];
  });
  contributions.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return {
    model: model.ref,
    label,
    base: found.base,
    prediction: found.total,
    contributions,
    method: found.method,
    standardError: Math.max(0, ...found.standardErrors),
    coverage: contributions.length / groups.length,
  };
}

function featureOf(name: string, user: readonly UserFeature[], table: FeatureTable): UserFeature {
  const column = table.names.indexOf(name);
  if (column < 0) return user.find((feature) => feature.name === name)!;
  const value = table.values[column]!;
  const updatedAtMs = table.updatedAtMs[0]!;
  return {
    name,
    value: Number.isNaN(value) ? undefined : value,
    missing: table.missing[column] ?? 0,
    updatedAtMs: Number.isNaN(updatedAtMs) ? undefined : updatedAtMs,
  };
}
