import { type Csr, easeWeights, neighborRegression } from '@attune/kernels';
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

/** Rows scaled by (length / mean length)^-power: users with long histories would otherwise fill most of the Gramian. */
function discountHistories({ rowCount, offsets, indices, values }: Csr, power: number): Csr {
  if (power === 0) return { rowCount, offsets, indices, values };
  const meanLength = indices.length / rowCount;
  const scaled = new Float32Array(values.length);
  for (let user = 0; user < rowCount; user++) {
    const [first, last] = [offsets[user]!, offsets[user + 1]!];
    const scale = ((last - first) / meanLength) ** -power;
    for (let e = first; e < last; e++) scaled[e] = values[e]! * scale;
  }
  return { rowCount, offsets, indices, values: scaled };
}

/**
 * EASE's weights by the smaller of two inverses, of the items' Gramian or of the users'; where both are larger than `maxDenseItems`,
 * by a regression of every item on its nearest items alone, which the metrics and the progress say.
 */
export async function fitEase(request: EaseRequest): Promise<FittedWeights> {
  const { preferences, itemCount, settings, signal, onProgress } = request;
  const { threads, maxDenseItems } = settings;
  const users = preferences.rowCount;
  const matrix = discountHistories(preferences, settings.historyDiscount);
  const ridge = ridgeOf(settings, preferences);
  const regularization = ridge(0);
  const inverting = (fraction: number) => onProgress?.({ fraction: 0.99 * fraction, phase: 'inverting' });
  if (itemCount <= Math.min(users, maxDenseItems)) {
    const dense = { matrix, columnCount: itemCount, ridge, threads, signal, onFraction: inverting };
    return {
      weights: new DenseWeights(await easeWeights(dense)),
      metrics: { regularization, inverse_size: itemCount },
    };
  }
  if (users <= maxDenseItems) {
    const weights = await DualEase.fit({ matrix, itemCount, ridge, threads, signal, onFraction: inverting });
    return { weights, metrics: { regularization, inverse_size: users } };
  }
  return fitSparse(request, matrix, ridge);
}

/** How many entries of an item's row of the Gramian are kept for each neighbour that it is regressed on. */
const KEPT_PER_NEIGHBOR = 4;

async function fitSparse(
  request: EaseRequest,
  matrix: Csr,
  ridge: (diagonal: number) => number,
): Promise<FittedWeights> {
  const { itemCount, settings, signal, onProgress } = request;
  const { neighbors: k, threads } = settings;
  const phase = `too large to invert whole: regressing each item on its ${k} nearest`;
  onProgress?.({ fraction: 0, phase });
  const { incoming, raisedItems } = await neighborRegression({
    matrix,
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
