import { type Csr, seededUniform } from '@attune/kernels';
import type { ItemContent } from '../model';
import { neighborTable } from './content-graphs';
import { sphericalKMeans } from './spherical-k-means';
import { countTerms, tokenize } from './terms';
import { learnVocabulary, stack, vectorize } from './vocabulary';

const EQUAL_FIELDS = { tagWeight: 1, categoryWeight: 1 };
const LIMITS = { maxTerms: 1_000, minItems: 1, maxItemShare: 1 };

const anItem = (content: Partial<ItemContent>): ItemContent => ({ text: '', tags: [], category: '', ...content });

function vectorsOf(items: readonly ItemContent[]) {
  const counts = items.map((item) => countTerms(item, EQUAL_FIELDS));
  const vocabulary = learnVocabulary(counts, LIMITS);
  return { vocabulary, vectors: stack(counts.map((terms) => vectorize(terms, vocabulary))) };
}

/** Rows as plain arrays. */
function denseRows({ rowCount, offsets, indices, values }: Csr, columns: number): number[][] {
  return Array.from({ length: rowCount }, (_, row) => {
    const dense = new Array<number>(columns).fill(0);
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) dense[indices[at]!] = values[at]!;
    return dense;
  });
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, at) => sum + x * b[at]!, 0);

describe('terms', () => {
  it('are words in any script, lower case, without stop words and possessives', () => {
    expect(tokenize("The Moon’s über-cool ÉTÉ is a don't x").words).toEqual(['moon', 'über', 'cool', 'été']);
    expect(tokenize('Привет мир').words).toEqual(['привет', 'мир']);
  });

  it('are pairs of letters where words have no spaces', () => {
    expect(tokenize('東京都 NHKの').words).toEqual(['東京', '京都', 'の', 'nhk']);
  });

  it('tell hashtags from words', () => {
    expect(tokenize('go #Space_Opera now C#').hashtags).toEqual(['space_opera']);
  });

  it('have the fields of an item with their weights, a tag once however it is written', () => {
    const item = anItem({ text: 'moon moon #Space-opera', tags: ['space opera', '#Moon'], category: 'Films' });
    const terms = countTerms(item, { tagWeight: 2, categoryWeight: 3 });
    expect(terms.get('moon')).toEqual({ count: 3, weight: 1 });
    expect(terms.get('#moon')).toEqual({ count: 1, weight: 2 });
    expect(terms.get('@films')).toEqual({ count: 1, weight: 3 });
    expect(terms.get('#space opera')?.weight).toBe(2);
  });
});

describe('TF-IDF', () => {
  it('is (1 + ln tf) (ln((1 + n) / (1 + df)) + 1), scaled to length 1', () => {
    const { vocabulary, vectors } = vectorsOf([anItem({ text: 'moon moon moon oven' }), anItem({ text: 'oven' })]);
    const idf = (df: number) => Math.log(3 / (1 + df)) + 1;
    const [moon, oven] = [(1 + Math.log(3)) * idf(1), idf(2)];
    const length = Math.hypot(moon, oven);
    const row = denseRows(vectors, 2)[0]!;
    expect(row[vocabulary.indexOf.get('moon')!]).toBeCloseTo(moon / length, 6);
    expect(row[vocabulary.indexOf.get('oven')!]).toBeCloseTo(oven / length, 6);
  });

  it('leaves out what is too rare, too frequent, or beyond the most terms', () => {
    const items = Array.from({ length: 40 }, (_, index) =>
      anItem({ text: `every ${index % 2 ? 'odd' : 'even'} single${index}`, tags: ['all'] }),
    );
    const counts = items.map((item) => countTerms(item, { ...EQUAL_FIELDS }));
    const limits = { maxTerms: 10, minItems: 2, maxItemShare: 0.6 };
    expect([...learnVocabulary(counts, limits).terms].sort()).toEqual(['#all', 'even', 'odd']);
    expect(learnVocabulary(counts, { ...limits, maxTerms: 1 }).terms).toEqual(['#all']);
  });
});

function randomItems(count: number): ItemContent[] {
  const uniform = seededUniform(2);
  return Array.from({ length: count }, () =>
    anItem({ text: Array.from({ length: 8 }, () => `w${Math.floor(40 * uniform() ** 2)}`).join(' ') }),
  );
}

describe('similar items', () => {
  it('are those with the largest cosines, as by brute force', async () => {
    const { vocabulary, vectors } = vectorsOf(randomItems(50));
    const rows = denseRows(vectors, vocabulary.terms.length);
    const table = await neighborTable(vectors, vocabulary.terms.length, { width: 7, threads: 1 });
    for (const [item, row] of rows.entries()) {
      const cosines = rows.map((other, index) => (index === item ? -1 : dot(row, other)));
      const expected = [...cosines].sort((a, b) => b - a).slice(0, 7);
      for (const [place, cosine] of expected.entries()) {
        const at = item * 7 + place;
        // single precision
        expect(table.weights[at]!).toBeCloseTo(cosine, 5);
        expect(cosines[table.indices[at]!]).toBeCloseTo(cosine, 5);
      }
    }
  });
});

describe('spherical k-means', () => {
  it('puts every item at its nearest centroid, and leaves no cluster empty', async () => {
    const { vocabulary, vectors } = vectorsOf([...randomItems(60), anItem({})]);
    const termCount = vocabulary.terms.length;
    const { count, clusterOf, centroids } = await sphericalKMeans({
      items: vectors,
      termCount,
      clusters: 12,
      iterations: 50,
      seed: 1,
    });
    expect(new Set(clusterOf.slice(0, 60)).size).toBe(count);
    expect(clusterOf[60]).toBe(-1);
    const columns = Array.from({ length: count }, (_, c) =>
      Array.from({ length: termCount }, (_, term) => centroids[term * count + c]!),
    );
    for (const [item, row] of denseRows(vectors, termCount).slice(0, 60).entries()) {
      const cosines = columns.map((column) => dot(row, column));
      expect(cosines[clusterOf[item]!]!).toBeGreaterThan(Math.max(...cosines) - 1e-5);
    }
    for (const column of columns) expect(Math.hypot(...column)).toBeCloseTo(1, 5);
  });

  it('makes no more clusters than there are different items', async () => {
    const { vocabulary, vectors } = vectorsOf([...Array(5).fill(anItem({ text: 'moon' })), anItem({ text: 'oven' })]);
    const termCount = vocabulary.terms.length;
    const { count } = await sphericalKMeans({ items: vectors, termCount, clusters: 50, iterations: 5, seed: 1 });
    expect(count).toBe(2);
  });
});
