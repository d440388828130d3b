import { AppError } from '@attune/errors';
import type { Csr } from '@attune/kernels';
import type { ItemContent } from '../model';
import type { ContentSettings } from './content-settings';
import { countTerms, type TermCount } from './terms';

/** The terms that a training knows, most frequent first. */
export interface Vocabulary {
  readonly terms: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** [terms]: inverse document frequency. */
  readonly idf: Float32Array;
}

/** A vector of terms: indices ascending, weights of length 1 together. */
export interface TermVector {
  readonly terms: Int32Array;
  readonly weights: Float32Array;
}

type Limits = Pick<ContentSettings, 'maxTerms' | 'minItems' | 'maxItemShare'>;

/**
 * The terms of a catalogue and their smoothed inverse document frequency ln((1 + n) / (1 + df)) + 1 over the n items that say
 * something (Salton and Buckley 1988; the smoothing is that of scikit-learn). Rare terms match nothing and frequent words tell
 * nothing: both are left out. Tags and categories were chosen to tell something and may be frequent.
 */
export function learnVocabulary(counts: readonly ReadonlyMap<string, TermCount>[], limits: Limits): Vocabulary {
  const itemsWith = new Map<string, number>();
  for (const terms of counts) for (const term of terms.keys()) itemsWith.set(term, (itemsWith.get(term) ?? 0) + 1);
  const speaking = counts.filter(({ size }) => size > 0).length;
  // a share of a handful of items is not yet frequent
  const most = Math.max(limits.maxItemShare * speaking, Math.min(speaking, 10));
  const kept = [...itemsWith]
    .filter(([term, items]) => items >= limits.minItems && (items <= most || /^[#@]/.test(term)))
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, limits.maxTerms);
  if (kept.length === 0) {
    throw new AppError(
      'failed_precondition.dataset_no_content',
      `no term is in ${limits.minItems} of ${counts.length} items; give items texts or tags, or lower minItems`,
    );
  }
  return {
    terms: kept.map(([term]) => term),
    indexOf: new Map(kept.map(([term], index) => [term, index])),
    idf: Float32Array.from(kept, ([, items]) => Math.log((1 + speaking) / (1 + items)) + 1),
  };
}

/** TF-IDF with sublinear frequency, (1 + ln tf) idf, scaled to length 1; empty where no term is known. */
export function vectorize(counts: ReadonlyMap<string, TermCount>, { indexOf, idf }: Vocabulary): TermVector {
  const entries: [index: number, weight: number][] = [];
  for (const [term, { count, weight }] of counts) {
    const index = indexOf.get(term);
    if (index !== undefined) entries.push([index, weight * (1 + Math.log(count)) * idf[index]!]);
  }
  entries.sort(([a], [b]) => a - b);
  const length = Math.sqrt(entries.reduce((sum, [, weight]) => sum + weight * weight, 0));
  return {
    terms: Int32Array.from(entries, ([index]) => index),
    weights: Float32Array.from(entries, ([, weight]) => weight / length),
  };
}

/** Vectors as rows of a sparse matrix. */
export function stack(vectors: readonly TermVector[]): Csr {
  const offsets = new Int32Array(vectors.length + 1);
  for (const [row, { terms }] of vectors.entries()) offsets[row + 1] = offsets[row]! + terms.length;
  const indices = new Int32Array(offsets[vectors.length]!);
  const values = new Float32Array(indices.length);
  for (const [row, { terms, weights }] of vectors.entries()) {
    indices.set(terms, offsets[row]);
    values.set(weights, offsets[row]);
  }
  return { rowCount: vectors.length, offsets, indices, values };
}

/** Vectors of contents by a vocabulary, for instance of items that came after the training. */
export function vectorizeContents(
  contents: readonly ItemContent[],
  vocabulary: Vocabulary,
  settings: ContentSettings,
): Csr {
  return stack(contents.map((content) => vectorize(countTerms(content, settings), vocabulary)));
}
