import type { Csr } from '@attune/kernels';
import { clusterDots } from './spherical-k-means';

/** Why an item suits somebody, by its content. */
export interface ContentReason {
  readonly reason: 'similar content cluster';
  /** The item's cluster, and the terms that say what it is about. */
  readonly cluster: number;
  readonly clusterTerms: readonly string[];
  /** The part of the person's likings that is in this cluster, from 0 to 1. */
  readonly clusterShare: number;
  /** The terms that item and likings share, those that matter most first; their parts of the similarity. */
  readonly sharedTerms: readonly { readonly term: string; readonly share: number }[];
  /** What the person liked that is most like the item, best first: item indices. */
  readonly becauseOf: readonly number[];
}

const MOST_TERMS = 5;
const MOST_ITEMS = 3;

/** The terms with the largest weights of each cluster, at most `count`. */
export function topTerms(
  centroids: Float32Array,
  clusters: number,
  terms: readonly string[],
  count: number,
): string[][] {
  return Array.from({ length: clusters }, (_, cluster) => {
    const weight = (term: number) => centroids[term * clusters + cluster]!;
    const order = Array.from(terms.keys()).filter((term) => weight(term) > 0);
    return order
      .sort((a, b) => weight(b) - weight(a) || a - b)
      .slice(0, count)
      .map((term) => terms[term]!);
  });
}

/** What an explanation looks at. */
export interface ExplainRequest {
  /** The item's vector is row `item`. */
  readonly vectors: Csr;
  readonly item: number;
  readonly history: { readonly items: Int32Array; readonly weights: Float32Array };
  /** [terms] of length 1. */
  readonly profile: Float32Array;
  readonly terms: readonly string[];
  readonly clusterOf: Int32Array;
  readonly clusterTerms: readonly (readonly string[])[];
}

/** The reason for an item; undefined where the two share nothing. */
export function explain(request: ExplainRequest): ContentReason | undefined {
  const { vectors, item, history, profile, terms, clusterOf, clusterTerms } = request;
  const own: { term: string; part: number }[] = [];
  const dense = new Map<number, number>();
  for (let at = vectors.offsets[item]!; at < vectors.offsets[item + 1]!; at++) {
    const index = vectors.indices[at]!;
    dense.set(index, vectors.values[at]!);
    const part = vectors.values[at]! * profile[index]!;
    if (part > 0) own.push({ term: terms[index]!, part });
  }
  const total = own.reduce((sum, { part }) => sum + part, 0);
  if (total === 0) return undefined;
  own.sort((a, b) => b.part - a.part);
  const liked = Array.from(history.items.keys()).filter((e) => history.weights[e]! > 0);
  const sum = liked.reduce((all, e) => all + history.weights[e]!, 0);
  const inCluster = liked.filter((e) => clusterOf[history.items[e]!] === clusterOf[item]);
  const similarity = (e: number) => history.weights[e]! * cosineWith(vectors, history.items[e]!, dense);
  const nearest = liked
    .map((e) => ({ item: history.items[e]!, similarity: similarity(e) }))
    .filter((other) => other.similarity > 0 && other.item !== item)
    .sort((a, b) => b.similarity - a.similarity || a.item - b.item);
  return {
    reason: 'similar content cluster',
    cluster: clusterOf[item]!,
    clusterTerms: clusterTerms[clusterOf[item]!] ?? [],
    clusterShare: sum === 0 ? 0 : inCluster.reduce((all, e) => all + history.weights[e]!, 0) / sum,
    sharedTerms: own.slice(0, MOST_TERMS).map(({ term, part }) => ({ term, share: part / total })),
    becauseOf: nearest.slice(0, MOST_ITEMS).map((other) => other.item),
  };
}

function cosineWith(vectors: Csr, row: number, dense: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (let at = vectors.offsets[row]!; at < vectors.offsets[row + 1]!; at++) {
    sum += vectors.values[at]! * (dense.get(vectors.indices[at]!) ?? 0);
  }
  return sum;
}

/** [rows]: the nearest cluster of each vector, -1 where it is empty. */
export function nearestClusters(vectors: Csr, centroids: Float32Array, clusters: number): Int32Array {
  const dots = new Float32Array(clusters);
  return Int32Array.from({ length: vectors.rowCount }, (_, row) => {
    if (vectors.offsets[row] === vectors.offsets[row + 1]) return -1;
    clusterDots(vectors, row, centroids, dots);
    return dots.indexOf(Math.max(...dots));
  });
}
