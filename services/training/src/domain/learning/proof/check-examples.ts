import type { LabelledExamples } from '@attune/recommenders';
import { type EngagementQuestions, measureEngagement } from '../../measure-engagement';
import { LOG_LOSS } from '../../trainers';
import type { LearningCheck } from '../learning-cycle';
import { BOUNDS } from './bounds';
import { check, short } from './checks';
import { answersOf, type DatedExamples, questionsOfRows } from './example-rows';
import type { OpenedPredictor } from './opened-version';

const TEST = 2;
const SEED = 1;

/** Whether the columns that a version reads are those of its data set, in their order, under the same schema. */
export function checkFeatures({ artifact }: OpenedPredictor, { examples, schemaHash }: DatedExamples): LearningCheck {
  const { features = [], featureSchemaHash, graphs } = artifact.manifest;
  const expected = examples.features.map(({ name }) => name);
  const at = expected.findIndex((name, column) => features[column] !== name);
  if (at >= 0 || features.length !== expected.length) {
    const column = at >= 0 ? at : expected.length;
    return check(
      'features',
      false,
      `column ${column} is "${features[column] ?? ''}" and of its data set "${expected[column] ?? ''}"`,
    );
  }
  if (featureSchemaHash !== schemaHash) {
    return check(
      'features',
      false,
      `its schema is ${featureSchemaHash.slice(0, 12)}, of its data set ${schemaHash.slice(0, 12)}`,
    );
  }
  const width = graphs[0]?.inputs.find(({ name }) => name === 'features')?.shape[1];
  return check('features', width === expected.length, `${features.length} features in the order of its data set`);
}

/** Whether the stored graph is what was trained: it must lose on the examples of its own test what its training measured there. */
export async function checkReproduced(version: OpenedPredictor, trainedOn: DatedExamples): Promise<LearningCheck> {
  const { examples } = trainedOn;
  const rows = Uint32Array.from(examples.split.keys()).filter((row) => examples.split[row] === TEST);
  const declared = version.metrics[LOG_LOSS];
  if (rows.length === 0 || declared === undefined) {
    return check('reproduced', true, 'its training measured nothing that could be measured again');
  }
  const questions = questionsOfRows(trainedOn, rows, []);
  const { metrics } = measureEngagement(questions, await answersOf(version, examples, rows), {
    rivals: [],
    seed: SEED,
  });
  const again = metrics.find(({ name }) => name === LOG_LOSS)?.value ?? Number.NaN;
  const figures = `log loss ${short(again)} on its own test, its training said ${short(declared)}`;
  return check('reproduced', Math.abs(again - declared) <= BOUNDS.reproducedWithin * declared, figures);
}

const MOST_ROWS = 20_000;
const LEAST_POSITIVES = 20;

/** Whether a single feature tells a label apart nearly alone: then it is the label, known too early. */
export function checkLeak({ examples }: DatedExamples): LearningCheck {
  const step = Math.max(1, Math.ceil(examples.rowCount / MOST_ROWS));
  const rows = Uint32Array.from({ length: Math.ceil(examples.rowCount / step) }, (_, at) => at * step);
  let [best, told] = [0, 'no feature says anything'];
  for (const label of examples.labels) {
    for (const feature of examples.features) {
      const auc = singleAuc(rows, feature.values, label.values);
      const strength = Math.max(auc, 1 - auc);
      if (strength <= best) continue;
      [best, told] = [strength, `"${feature.name}" alone tells "${label.name}" with an area of ${strength.toFixed(3)}`];
    }
  }
  return check('leak', best < BOUNDS.leakAuc, told);
}

/** The area under the curve of one feature (Hanley and McNeil 1982), ties by half; a half where too few are known. */
function singleAuc(rows: Uint32Array, values: Float32Array, labels: Float32Array): number {
  const known = rows.filter((row) => !Number.isNaN(labels[row]!));
  // what is missing is a value of its own: below all others
  const of = (row: number) => (Number.isNaN(values[row]!) ? Number.NEGATIVE_INFINITY : values[row]!);
  const sorted = Array.from(known).sort((a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0));
  const positives = sorted.reduce((sum, row) => sum + labels[row]!, 0);
  const negatives = sorted.length - positives;
  if (positives < LEAST_POSITIVES || negatives < LEAST_POSITIVES) return 0.5;
  let [below, wins] = [0, 0];
  for (let at = 0; at < sorted.length; ) {
    let [end, tiedPositives] = [at, 0];
    for (; end < sorted.length && of(sorted[end]!) === of(sorted[at]!); end++) tiedPositives += labels[sorted[end]!]!;
    const tiedNegatives = end - at - tiedPositives;
    wins += tiedPositives * (below + tiedNegatives / 2);
    below += tiedNegatives;
    at = end;
  }
  return wins / (positives * negatives);
}

/** Answers to rows that are rare: nothing known, everything zero, and each feature missing or far out. */
export async function checkPredictorNumbers(
  version: OpenedPredictor,
  examples: LabelledExamples,
  { asked, champion }: { readonly asked: Float32Array; readonly champion?: Float32Array },
): Promise<LearningCheck> {
  const labels = examples.labels.map(({ name }) => name);
  const probes = rareRows(version.artifact.manifest.features?.length ?? 0);
  const said = await version.predict(probes.rows, probes.names.length);
  const width = version.artifact.manifest.labels?.length ?? 1;
  const isStrange = (p: number) => !(p >= 0 && p <= 1);
  const at = said.findIndex(isStrange);
  if (at >= 0) return check('numbers', false, `${said[at]} for ${probes.names[Math.floor(at / width)]}`);
  const place = asked.findIndex(isStrange);
  if (place >= 0) return check('numbers', false, `${asked[place]} for a question of the proof`);
  const flat = labels.filter((_, label) => {
    const spread = (all: Float32Array) => spreadOf(all.filter((__, one) => one % labels.length === label));
    return spread(asked) < 1e-6 && (champion === undefined || spread(champion) >= 1e-6);
  });
  const allFlat = labels.every((_, label) => spreadOf(asked.filter((__, one) => one % labels.length === label)) < 1e-6);
  if (champion !== undefined ? flat.length > 0 : allFlat) {
    return check('numbers', false, `it says the same of ${flat.join(', ') || 'every label'} whatever it is asked`);
  }
  return check(
    'numbers',
    true,
    `${probes.names.length} rare rows and ${asked.length / Math.max(1, labels.length)} usual ones have probabilities`,
  );
}

function spreadOf(values: Float32Array): number {
  return (
    values.reduce((high, value) => Math.max(high, value), 0) - values.reduce((low, value) => Math.min(low, value), 1)
  );
}

const FAR_OUT = [-1e9, -1e3, 1e3, 1e9];

function rareRows(width: number): { readonly rows: Float32Array; readonly names: readonly string[] } {
  const kinds: { name: string; row: Float32Array }[] = [
    { name: 'a row of which nothing is known', row: new Float32Array(width).fill(Number.NaN) },
    { name: 'a row of zeros', row: new Float32Array(width) },
  ];
  for (let column = 0; column < width; column++) {
    for (const value of [Number.NaN, ...FAR_OUT]) {
      const row = new Float32Array(width);
      row[column] = value;
      kinds.push({ name: `${value} in column ${column}`, row });
    }
  }
  const rows = new Float32Array(kinds.length * width);
  kinds.forEach(({ row }, at) => {
    rows.set(row, at * width);
  });
  return { rows, names: kinds.map(({ name }) => name) };
}

const BINS = 10;

/** Whether probabilities are as true as the champion's: expected calibration error (Naeini et al. 2015) in bins of equal size, by label. */
export function checkCalibration(
  questions: EngagementQuestions,
  own: Float32Array,
  champion: Float32Array,
): LearningCheck {
  const compared = questions.labels.flatMap(({ name, values }, label) => {
    const [mine, theirs] = [own, champion].map((all) =>
      calibrationError(values, all, { label, of: questions.labels.length }),
    );
    return Number.isFinite(mine) && Number.isFinite(theirs) ? [{ name, mine: mine!, theirs: theirs! }] : [];
  });
  const told = compared.map(({ name, mine, theirs }) => `${name} ${short(mine)} against ${short(theirs)}`).join('; ');
  const passed = compared.every(({ mine, theirs }) => mine <= theirs + BOUNDS.calibrationLoss);
  return check('calibration', passed, told === '' ? 'no label has enough examples' : `calibration error: ${told}`);
}

function calibrationError(
  values: Float32Array,
  probabilities: Float32Array,
  { label, of }: { readonly label: number; readonly of: number },
): number {
  const pairs = Array.from(values, (value, row) => ({ value, p: probabilities[row * of + label]! }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => a.p - b.p);
  if (pairs.length < 10 * BINS) return Number.NaN;
  let error = 0;
  for (let bin = 0; bin < BINS; bin++) {
    const own = pairs.slice(Math.floor((bin * pairs.length) / BINS), Math.floor(((bin + 1) * pairs.length) / BINS));
    const mean = (pick: (pair: (typeof own)[number]) => number) =>
      own.reduce((sum, pair) => sum + pick(pair), 0) / own.length;
    error += (own.length / pairs.length) * Math.abs(mean(({ value }) => value) - mean(({ p }) => p));
  }
  return error;
}
