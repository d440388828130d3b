import { type Csr, type DenseRows, dominantSubspace, nearestItems, ridgeInverse } from '@attune/kernels';
import type { OnProgress } from '../model';
import type { ItemItemSettings } from './item-item-settings';
import { type FittedWeights, type ItemWeights, type Outgoing, outgoingOf, SparseWeights } from './item-weights';
import { UserKernel } from './user-kernel';

/** What is filtered, and how. */
export interface GraphFilterRequest {
  /** [users x columns]: items, and what else is known of users. */
  readonly matrix: Csr;
  readonly columnCount: number;
  readonly settings: ItemItemSettings;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * A low-pass filter of histories on the graph of users and items (Shen et al. 2021, "How powerful is graph convolution for
 * recommendation?"): with A = D_U^-1/2 R D_I^-1/2 and G = A^T A, whose eigenvalues w are between 0 and 1, a history r becomes
 *
 *   s = r D_I^-1/2 h(G) D_I^1/2   with   h(w) = w / (w + m),
 *
 * a smooth cut at w = m, or the sharp one of GF-CF, h(w) = 1 for the largest w and 0 for the others. The smooth one needs one inverse,
 * h(G) = I - m (G + m)^-1 = A^T (A A^T + m)^-1 A, of the size of the items or of the users, and no eigenvectors. As everywhere here, an
 * item says nothing of itself: the diagonal is left out.
 */
export async function fitGraphFilter(request: GraphFilterRequest): Promise<FittedWeights> {
  const { columnCount, settings, signal, onProgress } = request;
  const { threads, maxDenseItems, cutoff } = settings;
  const users = request.matrix.rowCount;
  const { matrix, roots } = normalize(request);
  if (settings.filter === 'sharp') return sharpFilter(request, matrix, roots);
  const onFraction = (fraction: number) => onProgress?.({ fraction: 0.99 * fraction, phase: 'inverting' });
  if (columnCount <= Math.min(users, maxDenseItems)) {
    const ridge = () => cutoff;
    const request = { matrix, columnCount, ridge, threads, signal, onFraction };
    const { inverse, diagonal } = await ridgeInverse(request);
    const own = diagonal.map((value) => 1 - cutoff * value);
    return { weights: new FilterWeights(byItems(inverse, cutoff), roots, own), metrics: { inverse_size: columnCount } };
  }
  if (users <= maxDenseItems) {
    const kernel = await UserKernel.fit({ matrix, columnCount, ridge: cutoff, threads, signal, onFraction });
    const own = roots.map((_, item) => kernel.selfWeight(item));
    const apply: ApplyInto = (items, strengths, out) => kernel.applyInto(items, strengths, out);
    return { weights: new FilterWeights(apply, roots, own), metrics: { inverse_size: users } };
  }
  return firstOrder(request, matrix, roots);
}

/** A, and the square roots of the items' degrees (1 for an item without users). */
function normalize({ matrix, columnCount }: GraphFilterRequest) {
  const { rowCount, offsets, indices, values } = matrix;
  const degrees = new Float64Array(columnCount);
  for (let e = 0; e < indices.length; e++) degrees[indices[e]!]! += values[e]!;
  const roots = Float32Array.from(degrees, (degree) => (degree > 0 ? Math.sqrt(degree) : 1));
  const scaled = new Float32Array(values.length);
  for (let user = 0; user < rowCount; user++) {
    let degree = 0;
    for (let e = offsets[user]!; e < offsets[user + 1]!; e++) degree += values[e]!;
    for (let e = offsets[user]!; e < offsets[user + 1]!; e++) {
      scaled[e] = values[e]! / (Math.sqrt(degree) * roots[indices[e]!]!);
    }
  }
  return { matrix: { rowCount, offsets, indices, values: scaled }, roots };
}

/** How often the graph is applied to a random block: eigenvalues near the cut are then told apart well enough for a ranking. */
const SUBSPACE_ITERATIONS = 12;

/** h(G) = Q Q^T, Q the eigenvectors of the largest eigenvalues: an ideal low-pass filter (Shen et al. 2021, section 4.2). */
async function sharpFilter(
  { columnCount, settings, signal, onProgress }: GraphFilterRequest,
  matrix: Csr,
  roots: Float32Array,
): Promise<FittedWeights> {
  const { threads, factors, seed } = settings;
  const { rank, basis, transposed } = await dominantSubspace({
    matrix,
    columnCount,
    rank: factors,
    iterations: SUBSPACE_ITERATIONS,
    seed,
    threads,
    signal,
    onFraction: (fraction) => onProgress?.({ fraction: 0.99 * fraction, phase: 'finding eigenvectors' }),
  });
  const own = new Float32Array(columnCount);
  for (let at = 0; at < basis.length; at++) own[Math.floor(at / rank)]! += basis[at]! ** 2;
  return {
    weights: new FilterWeights(bySubspace(basis, transposed, rank), roots, own),
    metrics: { eigenvectors: rank },
  };
}

/** The filter h(w) = w, of each item's weights the largest: what is left where nothing fits whole. */
async function firstOrder(
  { columnCount, settings, signal, onProgress }: GraphFilterRequest,
  matrix: Csr,
  roots: Float32Array,
): Promise<FittedWeights> {
  const { neighbors: k, threads } = settings;
  onProgress?.({ fraction: 0, phase: `too large to invert whole: filtering by the ${k} nearest items alone` });
  // B_ij = G_ij root_j / root_i: among those that speak for j the largest G_ij / root_i are kept
  const incoming = await nearestItems({ matrix, itemCount: columnCount, norms: roots, shrink: 0, k, threads, signal });
  const values = new Float32Array(incoming.values);
  for (let item = 0; item < columnCount; item++) {
    for (let e = incoming.offsets[item]!; e < incoming.offsets[item + 1]!; e++) values[e]! *= roots[item]! ** 2;
  }
  const weights = SparseWeights.ofIncoming({ ...incoming, values });
  return { weights, metrics: { sparse_neighbors: k } };
}

/** h(G) applied to scaled histories: out = r h(G). */
type ApplyInto = (items: Int32Array, strengths: Float32Array, out: Float32Array) => void;

/** h(G) = I - m P, by P = (G + m)^-1. */
function byItems(inverse: DenseRows, cutoff: number): ApplyInto {
  return (items, strengths, out) => {
    inverse.addRows(items, strengths, out);
    for (let item = 0; item < out.length; item++) out[item]! *= -cutoff;
    for (let e = 0; e < items.length; e++) out[items[e]!]! += strengths[e]!;
  };
}

/** h(G) = Q Q^T. */
function bySubspace(basis: Float32Array, transposed: DenseRows, rank: number): ApplyInto {
  const all = Int32Array.from({ length: rank }, (_, c) => c);
  const coordinates = new Float32Array(rank);
  return (items, strengths, out) => {
    coordinates.fill(0);
    for (let e = 0; e < items.length; e++) {
      const from = items[e]! * rank;
      for (let c = 0; c < rank; c++) coordinates[c]! += strengths[e]! * basis[from + c]!;
    }
    transposed.addRows(all, coordinates, out);
  };
}

/** The whole filter, but for what an item says of itself. */
class FilterWeights implements ItemWeights {
  readonly columnCount: number;

  constructor(
    private readonly applyInto: ApplyInto,
    private readonly roots: Float32Array,
    /** [columnCount]: the diagonal of h(G). */
    private readonly diagonal: Float32Array,
  ) {
    this.columnCount = roots.length;
  }

  scoreInto(items: Int32Array, strengths: Float32Array, out: Float32Array): void {
    const { roots, diagonal } = this;
    const scaled = strengths.map((strength, e) => strength / roots[items[e]!]!);
    this.applyInto(items, scaled, out);
    for (let e = 0; e < items.length; e++) out[items[e]!]! -= scaled[e]! * diagonal[items[e]!]!;
    for (let item = 0; item < out.length; item++) out[item]! *= roots[item]!;
  }

  outgoing(item: number): Outgoing {
    const row = new Float32Array(this.columnCount);
    this.scoreInto(Int32Array.of(item), Float32Array.of(1), row);
    return outgoingOf(item, row);
  }
}
