import { seededUniform } from '@attune/kernels';
import type { ObjectStore } from '@attune/object-store';
import { openGraphSession, verifyArtifact, writeArtifact } from '@attune/onnx';
import { type Column, type LabelledExamples, SPLIT } from '@attune/recommenders';
import type { LearningCheck } from '../../src/domain/learning/learning-cycle';
import type { DatedExamples } from '../../src/domain/learning/proof/example-rows';
import type { OpenedPredictor } from '../../src/domain/learning/proof/opened-version';
import { proveEngagement } from '../../src/domain/learning/proof/prove-engagement';
import { trainEngagement } from '../../src/domain/train-engagement';
import type { EngagementTrainer } from '../../src/domain/trainer';
import { requireTrainer, TRAINERS } from '../../src/domain/trainers';
import type { Content } from './rankers';

const START_MS = Date.parse('2026-01-01T00:00:00Z');
const DAY_MS = 86_400_000;
const USERS = 150;
const SETTINGS = { epochs: 8, hidden: '16', threads: 1, engine: 'onnxruntime' };

/** Examples of 60 days; clicks by three features and chance, likes among them. */
export interface ExampleWorld {
  readonly seed: number;
  readonly championToMs: number;
  readonly heldOutFromMs: number;
  readonly all: Drawn;
}

/** Raw columns by name, with whose each row is and when. */
export interface Drawn {
  readonly columns: Readonly<Record<string, Float32Array>>;
  readonly click: Float32Array;
  readonly like: Float32Array;
  readonly users: Int32Array;
  readonly timesMs: Float64Array;
}

/** Columns by name, to be changed before they become a data set. */
export type ColumnsOf = Record<string, Float32Array>;

/** Draws a world of examples. */
export function anExampleWorld(seed: number, rowCount = 9_000): ExampleWorld {
  const uniform = seededUniform(seed);
  const names = ['user_keen', 'item_popular', 'item_age_hours', 'user_slates'];
  const columns = Object.fromEntries(names.map((name) => [name, new Float32Array(rowCount)]));
  const [click, like] = [new Float32Array(rowCount), new Float32Array(rowCount)];
  const [users, timesMs] = [new Int32Array(rowCount), new Float64Array(rowCount)];
  for (let row = 0; row < rowCount; row++) {
    const [keen, popular, age, slates] = names.map(() => uniform() * 2 - 1) as [number, number, number, number];
    columns.user_keen![row] = row % 17 === 0 ? Number.NaN : keen;
    columns.item_popular![row] = popular;
    columns.item_age_hours![row] = 24 * (1 + age);
    columns.user_slates![row] = Math.round(50 * (1 + slates));
    const chance = 1 / (1 + Math.exp(1.2 - 2.5 * keen - 1.5 * popular + 0.8 * age));
    click[row] = uniform() < chance ? 1 : 0;
    like[row] = click[row] === 1 && uniform() < 0.4 ? 1 : 0;
    users[row] = Math.floor(uniform() * USERS);
    timesMs[row] = START_MS + (60 * DAY_MS * row) / rowCount;
  }
  const all = { columns, click, like, users, timesMs };
  return { seed, championToMs: START_MS + 36 * DAY_MS, heldOutFromMs: START_MS + 50 * DAY_MS, all };
}

/** Examples as a data set has them, up to a moment: the newest tenths are for validation and test. */
export function examplesUntil(
  { all }: ExampleWorld,
  untilMs: number,
  change: (columns: ColumnsOf, drawn: Drawn) => void = () => undefined,
): DatedExamples {
  const rows = all.timesMs.findLastIndex((time) => time < untilMs) + 1;
  const columns: ColumnsOf = Object.fromEntries(
    Object.entries(all.columns).map(([name, values]) => [name, values.slice(0, rows)]),
  );
  change(columns, all);
  const labels: Column[] = [
    { name: 'click', values: all.click.slice(0, rows) },
    { name: 'like', values: all.like.slice(0, rows) },
  ];
  const split = Uint8Array.from({ length: rows }, (_, row) =>
    row < rows * 0.8 ? SPLIT.train : row < rows * 0.9 ? SPLIT.validation : SPLIT.test,
  );
  const features = Object.entries(columns).map(([name, values]) => ({ name, values }));
  const examples: LabelledExamples = { rowCount: rows, features, labels, split };
  return { examples, users: all.users.slice(0, rows), timesMs: all.timesMs.slice(0, rows), schemaHash: 'schema' };
}

/** Trains as a run does, without storing it. */
export async function fitPredictor({ examples, users, schemaHash }: DatedExamples, seed: number): Promise<Content> {
  const trainer = requireTrainer(TRAINERS, 'engagement') as EngagementTrainer;
  const { measurement: _, ...trained } = await trainEngagement({
    ...{ definition: trainer.definition, examples, users, featureSchemaHash: schemaHash },
    settings: trainer.parseSettings({ ...SETTINGS, seed }),
  });
  return { ...trained, datasetHash: 'data', createdAt: new Date('2026-03-01T00:00:00Z') };
}

/** Stores a version with digests that fit, and opens it with every check of a stored artifact, as a proof does. */
export async function openPredictor(
  store: ObjectStore,
  content: Content,
  { number, trainedToMs }: { readonly number: number; readonly trainedToMs: number },
): Promise<OpenedPredictor & AsyncDisposable> {
  const { digest, sizeBytes } = await writeArtifact(store, content);
  const artifact = await verifyArtifact(store, digest);
  const session = await openGraphSession(artifact.models.get('predict')!);
  return {
    ...{ number, trainedToMs, sizeBytes, metrics: content.metrics, artifact },
    predict: async (features, rows) => {
      const tensor = { type: 'float32', dims: [rows, features.length / rows], data: Array.from(features) } as const;
      const { probabilities } = await session.run({ features: tensor });
      return Float32Array.from(probabilities!.data);
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** A challenger that says probabilities, and what it says that it learned from. */
export interface PredictorChallenger {
  readonly world: ExampleWorld;
  readonly champion: OpenedPredictor;
  readonly content: Content;
  /** Absent: what the world's challengers learn from. */
  readonly trainedOn?: DatedExamples;
  /** Absent: everything until now. */
  readonly exam?: DatedExamples;
  readonly trainedToMs?: number;
}

/** Sends a challenger through the gate: what a proof in its child process does. */
export async function provePredictor(store: ObjectStore, one: PredictorChallenger): Promise<readonly LearningCheck[]> {
  const { world, content, champion } = one;
  const { heldOutFromMs } = world;
  await using challenger = await openPredictor(store, content, {
    ...{ number: 2, trainedToMs: one.trainedToMs ?? heldOutFromMs - 1 },
  });
  const { checks } = await proveEngagement({
    ...{ challenger, champion, heldOutFromMs, stopwatch: () => performance.now() },
    trainedOn: one.trainedOn ?? examplesUntil(world, heldOutFromMs),
    exam: one.exam ?? examplesUntil(world, Number.POSITIVE_INFINITY),
  });
  return checks;
}
