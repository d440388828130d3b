import { type Csr, easeWeights, neighborRegression, transposeCsr } from '@attune/kernels';
import type { OnProgress } from '../model';
import { DualEase } from './dual-ease';
import type { ItemItemSettings } from './item-item-settings';
import { DenseWeights, type FittedWeights, SparseWeights } from './item-weights';

/** What every way to EASE's weights is given. */
export interface EaseRequest {
  /** [users x items], binary or weighted. */
  readonly preferences: Csr;
  readonly itemCount: number;
  readonly settings: ItemItemSettings;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

// lambda is this times the square of the mean history: published and own best values of six data sets lie within a factor of 2
const AUTO_PER_SQUARE = 0.05;

/**
 * The diagonal that EASE adds to the Gramian, by item: lambda, and with dropout p also p / (1 - p) times the item's own entry of
 * the Gramian (Steck 2020, "Autoencoders that don't overfit towards the identity", equation 7).
 */
export function ridgeOf({ regularization, dropout }: ItemItemSettings, preferences: Csr): (diagonal: number) => number {
  const meanHistory = preferences.indices.length / preferences.rowCount;
  const lambda = regularization === 'auto' ? Math.max(1, AUTO_PER_SQUARE * meanHistory ** 2) : regularization;
  return (diagonal) => lambda + (dropout / (1 - dropout)) * diagonal;
}

/**
 * EASE's weights by the smaller of two inverses, of the items' Gramian or of the users'; where both are larger than `maxDenseItems`,
 * by a regression of every item on its nearest items alone, which the metrics and the progress say.
 */
export async function fitEase(request: EaseRequest): Promise<FittedWeights> {
  const { preferences, itemCount, settings, signal, onProgress } = request;
  const { threads, maxDenseItems } = settings;
  const users = preferences.rowCount;
  const ridge = ridgeOf(settings, preferences);
  const regularization = ridge(0);
  const inverting = (fraction: number) => onProgress?.({ fraction: 0.99 * fraction, phase: 'inverting' });
  if (itemCount <= Math.min(users, maxDenseItems)) {
    const dense = { matrix: preferences, columnCount: itemCount, ridge, threads, signal, onFraction: inverting };
    return {
      weights: new DenseWeights(await easeWeights(dense)),
      metrics: { regularization, inverse_size: itemCount },
    };
  }
  if (users <= maxDenseItems) {
    const items = transposeCsr(preferences, itemCount);
    const weights = await DualEase.fit({ preferences, items, ridge, threads, signal, onFraction: inverting });
    return { weights, metrics: { regularization, inverse_size: users } };
  }
  return fitSparse(request, ridge);
}

/** How many entries of an item's row of the Gramian are kept for each neighbour that it is regressed on. */
const KEPT_PER_NEIGHBOR = 4;

async function fitSparse(request: EaseRequest, ridge: (diagonal: number) => number): Promise<FittedWeights> {
  const { preferences, itemCount, settings, signal, onProgress } = request;
  const { neighbors: k, threads } = settings;
  const phase = `too large to invert whole: regressing each item on its ${k} nearest`;
  onProgress?.({ fraction: 0, phase });
  const { incoming, raisedItems } = await neighborRegression({
    matrix: preferences,
    itemCount,
    ridge,
    k,
    keptPerItem: KEPT_PER_NEIGHBOR * k,
    threads,
    signal,
    onFraction: (fraction) => onProgress?.({ fraction: 0.99 * fraction, phase }),
  });
  const metrics = { regularization: ridge(0), sparse_neighbors: k, sparse_raised_items: raisedItems };
  return { weights: SparseWeights.ofIncoming(incoming), metrics };
}
