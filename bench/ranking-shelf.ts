// Trained models as serving borrows them, without workers between: the same scores, from the engines that trained them.
import type { FittedEngagement, FittedModel } from '@attune/recommenders';
import type * as ranking from '@attune/serving';

/** All that a request may ask of a fitted model. */
export interface ShelvedModel {
  readonly kind: ranking.ModelKind;
  readonly fitted: FittedModel;
  readonly trainedAt: Date;
  readonly userCount: number;
  /** Items with interactions, or with content: of the others the model knows nothing. */
  readonly knowsItem: (item: number) => boolean;
  readonly knowsUser: (user: number) => boolean;
  readonly numberOfUser: (userId: string) => number;
}

/** Whether spreads over all items are told, as they are by models that know them beforehand. */
export interface ShelfOptions {
  readonly tellsSpread: boolean;
}

/** A shelf of these models and the engagement model. */
export function makeShelf(
  models: readonly ShelvedModel[],
  engagement: FittedEngagement | undefined,
  { tellsSpread }: ShelfOptions,
): ranking.ModelShelf {
  const rows = new Map<string, Promise<Float32Array | undefined>>();
  const scoresOf = (model: ShelvedModel, asker: ranking.Asker) => {
    const key = `${model.kind} ${asker.by === 'user' ? asker.userId : JSON.stringify(asker)}`;
    let row = rows.get(key);
    if (row === undefined) rows.set(key, (row = computeRow(model, asker)));
    return row;
  };
  const spreads = new Map<string, { mean: number; deviation: number }>();
  const borrow = (kind: ranking.ModelKind): ranking.BorrowedModel | undefined => {
    if (kind === 'engagement') return engagement === undefined ? undefined : engagementModel(engagement);
    const model = models.find((own) => own.kind === kind);
    return model === undefined ? undefined : lend(model);
  };

  function lend(model: ShelvedModel): ranking.BorrowedModel {
    let last: Float32Array | undefined;
    const ask = async (asker: ranking.Asker) => (last = await scoresOf(model, asker));
    return {
      ...nobody(model.kind, model.trainedAt),
      itemCount: 1_000_000,
      retrieve: async (asker, count) => {
        const scores = await ask(asker);
        if (scores === undefined) return { isKnown: false, items: [], scores: [] };
        const order = Array.from(scores.keys()).filter((item) => !Number.isNaN(scores[item]!));
        const best = order.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, count);
        return { isKnown: true, items: best, scores: best.map((item) => scores[item]!) };
      },
      score: async (asker, items) => {
        const scores = await ask(asker);
        return Float32Array.from(items, (item) => scores?.[item] ?? Number.NaN);
      },
      spreadOf: (asker) => {
        if (!tellsSpread || last === undefined) return undefined;
        const key = `${model.kind} ${asker.by === 'user' ? asker.userId : JSON.stringify(asker)}`;
        let spread = spreads.get(key);
        if (spread === undefined) spreads.set(key, (spread = spreadOf(last)));
        return spread;
      },
    };
  }
  return { borrow, hasVersion: () => false, borrowVersion: () => undefined, shadows: () => [] };
}

function spreadOf(scores: Float32Array) {
  const known = scores.filter((score) => !Number.isNaN(score));
  const mean = known.reduce((sum, score) => sum + score, 0) / known.length;
  return { mean, deviation: Math.sqrt(known.reduce((sum, score) => sum + (score - mean) ** 2, 0) / known.length) };
}

async function computeRow(model: ShelvedModel, asker: ranking.Asker): Promise<Float32Array | undefined> {
  const { fitted, knowsUser, numberOfUser, knowsItem } = model;
  const known = (scores: Float32Array) => scores.map((score, item) => (knowsItem(item) ? score : Number.NaN));
  if (asker.by === 'user' || asker.by === 'everybody') {
    const user = asker.by === 'user' ? numberOfUser(asker.userId) : 0;
    if (asker.by === 'user' && !knowsUser(user)) return undefined;
    return known(await fitted.scoreAll(Int32Array.of(user)));
  }
  if (asker.by !== 'history' || fitted.scoreHistories === undefined) return undefined;
  const entries = Array.from(asker.items, (item, at) => ({ item, weight: asker.weights[at]! }))
    .filter(({ item }) => knowsItem(item))
    .sort((a, b) => a.item - b.item);
  if (entries.length === 0) return undefined;
  const offsets = Int32Array.of(0, entries.length);
  const indices = Int32Array.from(entries, ({ item }) => item);
  const values = Float32Array.from(entries, ({ weight }) => weight);
  return known(await fitted.scoreHistories({ rowCount: 1, offsets, indices, values }));
}

function nobody(kind: ranking.ModelKind, trainedAt: Date) {
  return {
    ...{ ref: { name: kind, version: '1', digest: kind }, kind, stage: 'production' as const, trainedAt },
    ...{ itemCount: 0, features: [] as readonly string[], labels: [] as readonly string[], userPrior: undefined },
    retrieve: async () => ({ isKnown: false, items: [], scores: [] }),
    score: async (_: ranking.Asker, items: Int32Array) => new Float32Array(items.length).fill(Number.NaN),
    predict: async () => new Float32Array(0),
    spreadOf: () => undefined,
    vectorOfUser: () => undefined,
    vectorOfItem: () => undefined,
    [Symbol.dispose]: () => undefined,
  };
}

function engagementModel(fitted: FittedEngagement): ranking.BorrowedModel {
  return {
    ...nobody('engagement', new Date(0)),
    features: fitted.features,
    labels: fitted.labels,
    predict: (features) => fitted.predict(features),
  };
}
