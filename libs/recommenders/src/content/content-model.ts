import { AppError } from '@attune/errors';
import { type Interactions, userOffsets } from '@attune/interactions';
import type { Csr } from '@attune/kernels';
import type { ArtifactGraph, NeighborTable } from '@attune/onnx';
import type { FittedModel, ItemContent } from '../model';
import { contentGraphs } from './content-graphs';
import type { ContentSettings } from './content-settings';
import { type ContentReason, explain, nearestClusters, topTerms } from './explain';
import { fillProfile, profileWeights, tasteWeights, usualValues } from './profiles';
import { type Clusters, dotRow } from './spherical-k-means';
import { type Vocabulary, vectorizeContents } from './vocabulary';

/** What a `content` training gives. */
export interface TrainedContent {
  readonly vocabulary: Vocabulary;
  /** [items x terms]: TF-IDF of length 1. */
  readonly vectors: Csr;
  readonly clusters: Clusters;
  readonly neighbors: NeighborTable;
  readonly interactions: Interactions;
  readonly settings: ContentSettings;
}

/** What somebody liked: item indices, and values as in the interactions. */
export interface LikedItems {
  readonly items: Int32Array;
  readonly values: Float32Array;
}

const CLUSTER_TERMS = 8;

/** Items by how near their content is to what a user liked: cosine of profile and item, from -1 to 1. */
export class ContentModel implements FittedModel {
  readonly metrics: Readonly<Record<string, number>>;
  /** The terms that say what each cluster is about. */
  readonly clusterTerms: readonly (readonly string[])[];
  readonly #offsets: Int32Array;
  readonly #weights: Float32Array;
  readonly #usual: ReturnType<typeof usualValues>;
  readonly #everybody: Float32Array;

  constructor(private readonly trained: TrainedContent) {
    const { interactions, settings, vocabulary, clusters, vectors } = trained;
    this.#usual = usualValues(interactions);
    this.#weights = profileWeights(interactions, this.#usual, settings);
    this.#offsets = userOffsets(interactions);
    this.#everybody = this.#profile(interactions.itemIndex, this.#weights);
    this.clusterTerms = topTerms(clusters.centroids, clusters.count, vocabulary.terms, CLUSTER_TERMS);
    this.metrics = {
      terms: vocabulary.terms.length,
      items_without_content: vectors.offsets.reduce(
        (n, at, row) => n + (row > 0 && at === vectors.offsets[row - 1] ? 1 : 0),
        0,
      ),
      clusters: clusters.count,
      cluster_cohesion: clusters.cohesion,
    };
  }

  async scoreAll(users: Int32Array): Promise<Float32Array> {
    return this.#scores(users, this.trained.vectors);
  }

  async scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array> {
    let [last, profile] = [-1, this.#everybody];
    return Float32Array.from(users, (user, pair) => {
      // pairs come user by user
      if (user !== last) [last, profile] = [user, this.#profileOfUser(user)];
      return dotRow(this.trained.vectors, items[pair]!, profile);
    });
  }

  async scoreHistories({ rowCount, offsets, indices, values }: Csr): Promise<Float32Array> {
    const { vectors } = this.trained;
    const scores = new Float32Array(rowCount * vectors.rowCount);
    for (let row = 0; row < rowCount; row++) {
      const [first, last] = [offsets[row]!, offsets[row + 1]!];
      const profile = this.#profileOf({ items: indices.subarray(first, last), values: values.subarray(first, last) });
      scoreRows(scores, row, vectors, profile);
    }
    return scores;
  }

  /** Scores of items that came after the training, by what they say of themselves: [users x contents]. */
  async scoreNewItems(users: Int32Array, contents: readonly ItemContent[]): Promise<Float32Array> {
    const { vocabulary, settings } = this.trained;
    return this.#scores(users, vectorizeContents(contents, vocabulary, settings));
  }

  /** For each content the cluster it is nearest to, -1 where it has no term that is known. */
  clustersOf(contents: readonly ItemContent[]): Int32Array {
    const { vocabulary, settings, clusters } = this.trained;
    return nearestClusters(vectorizeContents(contents, vocabulary, settings), clusters.centroids, clusters.count);
  }

  /** Why an item suits a user of the training, or anybody by what they liked; undefined where nothing is shared. */
  explain(who: { readonly user: number } | LikedItems, item: number): ContentReason | undefined {
    const { vectors, vocabulary, clusters } = this.trained;
    if (!(item >= 0 && item < vectors.rowCount)) {
      throw new AppError('not_found.item', `item ${item} is not one of ${vectors.rowCount}`);
    }
    const history = 'user' in who ? this.#historyOf(who.user) : { items: who.items, weights: this.#taste(who.values) };
    return explain({
      vectors,
      item,
      history,
      profile: this.#profile(history.items, history.weights),
      terms: vocabulary.terms,
      clusterOf: clusters.clusterOf,
      clusterTerms: this.clusterTerms,
    });
  }

  graphs(): readonly ArtifactGraph[] {
    return contentGraphs(this.trained.neighbors);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #scores(users: Int32Array, vectors: Csr): Float32Array {
    const scores = new Float32Array(users.length * vectors.rowCount);
    for (const [row, user] of users.entries()) scoreRows(scores, row, vectors, this.#profileOfUser(user));
    return scores;
  }

  #historyOf(user: number) {
    const [first, last] = [this.#offsets[user] ?? 0, this.#offsets[user + 1] ?? 0];
    const items = this.trained.interactions.itemIndex.subarray(first, last);
    return { items, weights: this.#weights.subarray(first, last) };
  }

  #profileOfUser(user: number): Float32Array {
    const { items, weights } = this.#historyOf(user);
    return items.length === 0 ? this.#everybody : this.#profile(items, weights);
  }

  #profileOf({ items, values }: LikedItems): Float32Array {
    return items.length === 0 ? this.#everybody : this.#profile(items, this.#taste(values));
  }

  #taste(values: Float32Array): Float32Array {
    return tasteWeights(values, this.#usual, this.trained.settings.weighting);
  }

  #profile(items: Int32Array, weights: Float32Array): Float32Array {
    const profile = new Float32Array(this.trained.vocabulary.terms.length);
    fillProfile(profile, this.trained.vectors, items, weights);
    return profile;
  }
}

function scoreRows(scores: Float32Array, row: number, vectors: Csr, profile: Float32Array): void {
  const from = row * vectors.rowCount;
  for (let item = 0; item < vectors.rowCount; item++) scores[from + item] = dotRow(vectors, item, profile);
}
