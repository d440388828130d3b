import { type Csr, easeWeights, neighborRegression } from '@attune/kernels';
import type { OnProgress } from '../model';
import { DualEase } from './dual-ease';
import type { ItemItemSettings } from './item-item-settings';
import { DenseWeights, type FittedWeights, SparseWeights } from './item-weights';

/** What every way to EASE's weights is given. */
export interface EaseRequest {
  /** [users x columns]: items, and what else is known of users. */
  readonly matrix: Csr;
  readonly columnCount: number;
  /** [users]: how many items each user has. */
  readonly lengths: Int32Array;
  readonly settings: ItemItemSettings;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

// Lambda is this times the square of the mean history: so the best values measured for short histories (LastFM, 39 items) and long
// ones (MovieLens 1M, 165) are both near, and those published for four more data sets lie in the same order.
const AUTO_PER_SQUARE = 0.02;

/**
 * The diagonal that EASE adds to the Gramian, by item: lambda, and with dropout p also p / (1 - p) times the item's own entry of
 * the Gramian (Steck 2020, "Autoencoders that don't overfit towards the identity", equation 7).
 */
function ridgeOf({ settings, lengths }: EaseRequest): (diagonal: number) => number {
  const { regularization, dropout } = settings;
  const lambda = regularization === 'auto' ? Math.max(1, AUTO_PER_SQUARE * meanOf(lengths) ** 2) : regularization;
  return (diagonal) => lambda + (dropout / (1 - dropout)) * diagonal;
}

function meanOf(lengths: Int32Array): number {
  return lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
}

/** Rows scaled by (length / mean length)^-power: users with long histories would otherwise fill most of the Gramian. */
function discountHistories({ matrix, lengths, settings }: EaseRequest): Csr {
  const { rowCount, offsets, values } = matrix;
  if (settings.historyDiscount === 0) return matrix;
  const mean = meanOf(lengths);
  const scaled = new Float32Array(values.length);
  for (let user = 0; user < rowCount; user++) {
    // who has nothing but follows counts like one who has one item
    const scale = (Math.max(1, lengths[user]!) / mean) ** -settings.historyDiscount;
    for (let e = offsets[user]!; e < offsets[user + 1]!; e++) scaled[e] = values[e]! * scale;
  }
  return { ...matrix, values: scaled };
}

/**
 * EASE's weights by the smaller of two inverses, of the items' Gramian or of the users'; where both are larger than `maxDenseItems`,
 * by a regression of every item on its nearest items alone, which the metrics and the progress say.
 */
export async function fitEase(request: EaseRequest): Promise<FittedWeights> {
  const { columnCount, settings, signal, onProgress } = request;
  const { threads, maxDenseItems } = settings;
  const users = request.matrix.rowCount;
  const ridge = ridgeOf(request);
  const matrix = discountHistories(request);
  const onFraction = (fraction: number) => onProgress?.({ fraction: 0.99 * fraction, phase: 'inverting' });
  const common = { matrix, columnCount, ridge, threads, signal, onFraction };
  const regularization = ridge(0);
  if (columnCount <= Math.min(users, maxDenseItems)) {
    const weights = new DenseWeights(await easeWeights(common));
    return { weights, metrics: { regularization, inverse_size: columnCount } };
  }
  if (users <= maxDenseItems) {
    return { weights: await DualEase.fit(common), metrics: { regularization, inverse_size: users } };
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
  const { columnCount, settings, signal, onProgress } = request;
  const { neighbors: k, threads } = settings;
  const phase = `too large to invert whole: regressing each item on its ${k} nearest`;
  onProgress?.({ fraction: 0, phase });
  const { incoming, raisedItems } = await neighborRegression({
    matrix,
    itemCount: columnCount,
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
