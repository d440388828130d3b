import { RULES, type Rule } from './surface';

/** What is known of the items by each rule: [n], 0 to 1, NaN where it is not known. A rule that is absent is known of none. */
export type Terms = Readonly<Partial<Record<Rule, Float64Array>>>;

/** After so many days something new is half as new. */
const RECENCY_HALF_LIFE_DAYS = 3;
/** So many people whom the user follows are half of a proof. */
const HALF_A_PROOF = 2;

/**
 * [n]: how well the rules like each item, from 0 to 1: the mean of its terms by their weights. A rule of which nothing is known for any
 * item is left out, and the weights of the others add up to 1 again. Where it is known of some items only, the others are taken to be
 * like the mean of these: being unknown is neither a merit nor a fault. Where nothing at all is known, all items are worth .5.
 */
export function scoreByRules(
  count: number,
  terms: Terms,
  weights: Readonly<Partial<Record<Rule, number>>>,
): Float64Array {
  const scores = new Float64Array(count);
  let total = 0;
  for (const rule of RULES) {
    const weight = weights[rule] ?? 0;
    const term = terms[rule];
    const mean = weight > 0 && term !== undefined ? meanOf(term) : Number.NaN;
    if (term === undefined || Number.isNaN(mean)) continue;
    total += weight;
    for (let at = 0; at < count; at++) scores[at]! += weight * (Number.isNaN(term[at]!) ? mean : term[at]!);
  }
  return total === 0 ? scores.fill(0.5) : scores.map((score) => score / total);
}

/** How new something is after so many days: 1, halved every three days. */
export function recencyOf(ageDays: number): number {
  return 0.5 ** (Math.max(0, ageDays) / RECENCY_HALF_LIFE_DAYS);
}

/** What it proves that so many people whom the user follows liked something: p / (p + 2), since the tenth says less than the first. */
export function socialProofOf(people: number): number {
  return people > 0 ? people / (people + HALF_A_PROOF) : 0;
}

/** [n]: popularity among these items, ln(1 + p) / ln(1 + max p), since counts differ by powers; NaN stays, all 0 where nothing is popular. */
export function popularityAmong(popularity: Float64Array): Float64Array {
  let most = 0;
  for (const value of popularity) if (value > most) most = value;
  const scale = most > 0 ? Math.log1p(most) : 1;
  return popularity.map((value) => (Number.isNaN(value) ? value : Math.log1p(Math.max(0, value)) / scale));
}

/** The mean of what is known; NaN where nothing is. */
function meanOf(term: Float64Array): number {
  let [count, sum] = [0, 0];
  for (const value of term) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  return count === 0 ? Number.NaN : sum / count;
}
