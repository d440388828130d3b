/** Items to choose from: [n] each. */
export interface Choices {
  /** How good each is; higher is better, on any scale. */
  readonly scores: Float64Array;
  /** Numbers of authors and categories; -1 where unknown, and then like nobody else's. */
  readonly authors: Int32Array;
  readonly categories: Int32Array;
  /** How new each would be to most people, from 0 to 1. */
  readonly novelty: Float64Array;
}

/** What likeness and novelty count for, all from 0 to 1. */
export interface DiversityWeights {
  /** What it costs an item to be exactly like one that is in the slate: the whole range of the scores times this. */
  readonly likeness: number;
  readonly author: number;
  readonly category: number;
  readonly novelty: number;
}

/** What is in the slate already, whoever put it there. */
export interface InSlate {
  readonly authors: readonly number[];
  readonly categories: readonly number[];
}

/**
 * Maximal marginal relevance (Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering documents and
 * producing summaries", SIGIR 1998): takes, `count` times, the item with the greatest
 *
 *     (1 - l) ((1 - v) relevance + v novelty) - l likeness
 *
 * with l and v the weights of likeness and novelty, and relevance the score on the range of all scores, so that a weight means the
 * same whatever is blended. The paper's likeness to a slate is that to the nearest item in it. Here it is 1 - (1 - a)^m (1 - c)^n with m items
 * of the same author and n of the same category in the slate: the same for the first of a kind, more for each further one. A maximum
 * would stop telling items apart as soon as each category is there once. Equal items are taken in their order. It returns
 * min(count, n) places in `choices`, in the order of taking, in O(count x n).
 */
export function diversify(choices: Choices, count: number, weights: DiversityWeights, inSlate: InSlate): Int32Array {
  const { scores, authors, categories } = choices;
  const worth = worthOf(choices, weights);
  const author = kindsOf(authors, inSlate.authors, weights.author);
  const category = kindsOf(categories, inSlate.categories, weights.category);
  const taken = new Int32Array(Math.min(count, scores.length));
  for (let place = 0; place < taken.length; place++) {
    const best = bestOf(worth, author, category, weights.likeness);
    taken[place] = best;
    worth[best] = Number.NEGATIVE_INFINITY;
    addOne(author, author.kindOf[best]!);
    addOne(category, category.kindOf[best]!);
  }
  return taken;
}

/** The first of the items with the greatest value; one that is taken is worth minus infinity. The hot loop of a slate. */
function bestOf(worth: Float64Array, author: Kinds, category: Kinds, likeness: number): number {
  const { kindOf: authorOf, unlike: unlikeAuthor } = author;
  const { kindOf: categoryOf, unlike: unlikeCategory } = category;
  let best = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < worth.length; at++) {
    const value = worth[at]! - likeness * (1 - unlikeAuthor[authorOf[at]!]! * unlikeCategory[categoryOf[at]!]!);
    if (value > most) [best, most] = [at, value];
  }
  return best;
}

/** [n]: what an item is worth before anything is in the slate. */
function worthOf({ scores, novelty }: Choices, { likeness, novelty: share }: DiversityWeights): Float64Array {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const score of scores) {
    if (!Number.isFinite(score)) continue;
    if (score < least) least = score;
    if (score > most) most = score;
  }
  const range = most > least ? most - least : 1;
  const worth = new Float64Array(scores.length);
  for (let at = 0; at < worth.length; at++) {
    const score = scores[at]!;
    // A score that is no number ranks last, but takes no place away.
    worth[at] = Number.isFinite(score)
      ? (1 - likeness) * ((1 - share) * ((score - least) / range) + share * novelty[at]!)
      : -2;
  }
  return worth;
}

/** How many of each kind are in a slate, kept as how unlike one more would be to them. */
interface Kinds {
  /** [n]: a small number per kind; 0 is no kind. */
  readonly kindOf: Int32Array;
  /** [kinds]: (1 - alike)^m with m of the kind in the slate. Changed as the slate is filled. */
  readonly unlike: Float64Array;
  readonly alike: number;
}

function kindsOf(values: Int32Array, inSlate: readonly number[], alike: number): Kinds {
  const numbers = new Map<number, number>();
  const kindOf = new Int32Array(values.length);
  for (let at = 0; at < kindOf.length; at++) {
    const value = values[at]!;
    if (value < 0) continue;
    let number = numbers.get(value);
    if (number === undefined) numbers.set(value, (number = numbers.size + 1));
    kindOf[at] = number;
  }
  const kinds = { kindOf, unlike: new Float64Array(numbers.size + 1).fill(1), alike };
  for (const value of inSlate) addOne(kinds, numbers.get(value) ?? 0);
  return kinds;
}

function addOne({ unlike, alike }: Kinds, kind: number): void {
  if (kind > 0) unlike[kind]! *= 1 - alike;
}
