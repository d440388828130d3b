import { type Csr, seededUniform } from '@attune/kernels';

/** Groups of items. */
export interface Clusters {
  readonly count: number;
  /** [items]: the cluster of each, -1 for an item without content. */
  readonly clusterOf: Int32Array;
  /** [terms x count]: directions of length 1, one column per cluster. */
  readonly centroids: Float32Array;
  /** The mean cosine of items to their centroid. */
  readonly cohesion: number;
}

/** What to group. */
export interface ClusterRequest {
  /** [items x terms], rows of length 1 or empty. */
  readonly items: Csr;
  readonly termCount: number;
  readonly clusters: number;
  readonly iterations: number;
  readonly seed: number;
  /** Runs after each pass. */
  readonly onPass?: (pass: { readonly iteration: number; readonly cohesion: number }) => Promise<void>;
}

/**
 * Spherical k-means (Dhillon and Modha 2001) for sparse rows: an item belongs to the centroid with the largest cosine, a centroid is
 * the direction of its items' sum. Begins at k-means++ seeds (Arthur and Vassilvitskii 2007) with 1 - cosine as the squared distance.
 * A cluster that loses its last item begins anew at the item that fits its own worst. O(entries x clusters) for each pass.
 */
export async function sphericalKMeans(request: ClusterRequest): Promise<Clusters> {
  const { items, termCount, iterations, onPass } = request;
  const seeds = chooseSeeds(request);
  const count = seeds.length;
  const centroids = new Float32Array(termCount * count);
  for (const [cluster, item] of seeds.entries()) addRow(centroids, count, cluster, items, item);
  const clusterOf = new Int32Array(items.rowCount).fill(-1);
  const cosines = new Float32Array(items.rowCount);
  let cohesion = assign(items, centroids, count, clusterOf, cosines).cohesion;
  for (let iteration = 1; iteration <= iterations; iteration++) {
    refillEmpty(clusterOf, cosines, count);
    centroids.fill(0);
    for (let item = 0; item < items.rowCount; item++) {
      if (clusterOf[item]! >= 0) addRow(centroids, count, clusterOf[item]!, items, item);
    }
    normalizeColumns(centroids, count);
    const pass = assign(items, centroids, count, clusterOf, cosines);
    cohesion = pass.cohesion;
    await onPass?.({ iteration, cohesion });
    if (pass.moved === 0) break;
  }
  return { count, clusterOf, centroids, cohesion };
}

/**
 * Items far from the seeds so far are likely to be drawn; of a few that are drawn, the one that brings all items nearest becomes the
 * next seed (greedy k-means++). Fewer than asked for where no item differs from all seeds.
 */
function chooseSeeds({ items, termCount, clusters, seed }: ClusterRequest): number[] {
  const uniform = seededUniform(seed);
  let distances: Float64Array = Float64Array.from({ length: items.rowCount }, (_, item) =>
    items.offsets[item + 1]! > items.offsets[item]! ? 1 : 0,
  );
  const trials = 2 + Math.floor(Math.log(clusters));
  const dense = new Float32Array(termCount);
  const seeds: number[] = [];
  while (seeds.length < clusters) {
    const drawn = Array.from({ length: trials }, () => drawByWeight(distances, uniform())).filter((item) => item >= 0);
    let best: { item: number; left: Float64Array; sum: number } | undefined;
    for (const item of new Set(drawn)) {
      const left = distancesWith(items, item, distances, dense);
      const sum = left.reduce((total, distance) => total + distance, 0);
      if (best === undefined || sum < best.sum) best = { item, left, sum };
    }
    if (best === undefined) break;
    seeds.push(best.item);
    distances = best.left;
  }
  return seeds;
}

/** [items]: how far each is from the nearest seed when `seed` is one more. */
function distancesWith(items: Csr, seed: number, distances: Float64Array, dense: Float32Array): Float64Array {
  dense.fill(0);
  addRow(dense, 1, 0, items, seed);
  return distances.map((known, item) => {
    if (known === 0) return 0;
    const distance = 1 - dotRow(items, item, dense);
    // equal up to rounding is equal
    return distance < 1e-5 ? 0 : Math.min(known, distance);
  });
}

function drawByWeight(weights: Float64Array, lot: number): number {
  let left = lot * weights.reduce((sum, weight) => sum + weight, 0);
  let last = -1;
  for (const [index, weight] of weights.entries()) {
    if (weight === 0) continue;
    last = index;
    if ((left -= weight) < 0) return index;
  }
  return last;
}

/** Moves every item to its nearest centroid; among equals the lower one. */
function assign(items: Csr, centroids: Float32Array, count: number, clusterOf: Int32Array, cosines: Float32Array) {
  const dots = new Float32Array(count);
  let [moved, sum, speaking] = [0, 0, 0];
  for (let item = 0; item < items.rowCount; item++) {
    if (items.offsets[item] === items.offsets[item + 1]) continue;
    clusterDots(items, item, centroids, dots);
    let best = 0;
    for (let cluster = 1; cluster < count; cluster++) if (dots[cluster]! > dots[best]!) best = cluster;
    if (clusterOf[item] !== best) moved++;
    clusterOf[item] = best;
    cosines[item] = dots[best]!;
    sum += dots[best]!;
    speaking++;
  }
  return { moved, cohesion: speaking === 0 ? 0 : sum / speaking };
}

/** Cosines of one row to all centroids, into `dots` [count]. */
export function clusterDots(rows: Csr, row: number, centroids: Float32Array, dots: Float32Array): void {
  const count = dots.length;
  dots.fill(0);
  for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at++) {
    const weight = rows.values[at]!;
    const from = rows.indices[at]! * count;
    for (let cluster = 0; cluster < count; cluster++) dots[cluster]! += weight * centroids[from + cluster]!;
  }
}

function refillEmpty(clusterOf: Int32Array, cosines: Float32Array, count: number): void {
  const sizes = new Int32Array(count);
  for (const cluster of clusterOf) if (cluster >= 0) sizes[cluster]!++;
  for (let cluster = 0; cluster < count; cluster++) {
    if (sizes[cluster]! > 0) continue;
    let worst = -1;
    for (const [item, own] of clusterOf.entries()) {
      if (own >= 0 && sizes[own]! > 1 && (worst < 0 || cosines[item]! < cosines[worst]!)) worst = item;
    }
    if (worst < 0) return;
    sizes[clusterOf[worst]!]!--;
    clusterOf[worst] = cluster;
    cosines[worst] = 1;
    sizes[cluster] = 1;
  }
}

function normalizeColumns(table: Float32Array, count: number): void {
  const squares = new Float64Array(count);
  for (const [at, x] of table.entries()) squares[at % count]! += x * x;
  const scales = squares.map((square) => (square > 0 ? 1 / Math.sqrt(square) : 0));
  for (let at = 0; at < table.length; at++) table[at]! *= scales[at % count]!;
}

/** Adds a row to one column of a table [terms x count]. */
function addRow(table: Float32Array, count: number, column: number, rows: Csr, row: number): void {
  for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at++) {
    table[rows.indices[at]! * count + column]! += rows.values[at]!;
  }
}

/** The dot product of a sparse row with a dense vector. */
export function dotRow(rows: Csr, row: number, dense: Float32Array): number {
  let sum = 0;
  for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at++) {
    sum += rows.values[at]! * dense[rows.indices[at]!]!;
  }
  return sum;
}
