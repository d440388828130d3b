import * as ort from 'onnxruntime-node';
import { buildFloatRetrievalGraph, buildQuantizedRetrievalGraph, LIVE_INPUTS } from './live-retrieval';
import { OUTPUT_NAMES } from './serving-graphs';

/** Numbers between -1 and 1 without structure, the same on every run (a linear congruential generator). */
function aTable(rows: number, rank: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: rows * rank }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const floats = (data: Float32Array, ...dims: number[]) => new ort.Tensor('float32', data, dims);

interface Question {
  readonly vectors: Float32Array;
  readonly rank: number;
  readonly k: number;
  readonly items?: Float32Array;
  readonly more?: Float32Array;
  readonly scale?: Float32Array;
  readonly shift?: Float32Array;
}

async function ask(model: Uint8Array, question: Question) {
  const { vectors, rank, k, items, more = new Float32Array(0), scale, shift } = question;
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  const results = await session.run({
    [LIVE_INPUTS.vector]: floats(vectors, vectors.length / rank, rank),
    [LIVE_INPUTS.k]: new ort.Tensor('int64', BigInt64Array.of(BigInt(k)), [1]),
    [LIVE_INPUTS.more]: floats(more, more.length / rank, rank),
    [LIVE_INPUTS.isAdjusted]: new ort.Tensor('bool', Uint8Array.of(scale === undefined ? 0 : 1), [1]),
    [LIVE_INPUTS.scale]: floats(scale ?? Float32Array.of(1), scale?.length ?? 1),
    [LIVE_INPUTS.shift]: floats(shift ?? Float32Array.of(0), shift?.length ?? 1),
    ...(items && { [LIVE_INPUTS.items]: floats(items, items.length / rank, rank) }),
  });
  const scores = results[OUTPUT_NAMES.scores]!;
  const answer = { dims: scores.dims, scores: [...(scores.data as Float32Array)] };
  const rows = [...(results[OUTPUT_NAMES.itemIndices]!.data as Int32Array)];
  await session.release();
  return { ...answer, rows };
}

/** The best k by a plain loop: scores scaled and shifted, rows of `more` behind the items. */
function best(question: Question, items: Float32Array, vector: Float32Array) {
  const { rank, k, more = new Float32Array(0), scale, shift } = question;
  const all = Float32Array.of(...items, ...more);
  const count = items.length / rank;
  const scores = Array.from({ length: all.length / rank }, (_, row) => {
    let sum = 0;
    for (let c = 0; c < rank; c++) sum += all[row * rank + c]! * vector[c]!;
    return row < count ? sum * (scale?.[row] ?? 1) + (shift?.[row] ?? 0) : sum;
  });
  const rows = scores.map((_, row) => row).sort((a, b) => scores[b]! - scores[a]!);
  return { rows: rows.slice(0, k), scores: rows.slice(0, k).map((row) => scores[row]!) };
}

describe.each([
  { scan: 'int8', rank: 64 },
  { scan: 'int8', rank: 20 },
  { scan: 'int8', rank: 130 },
  { scan: 'fp32', rank: 20 },
])('live retrieval by $scan of rank $rank', ({ scan, rank }) => {
  const items = aTable(800, rank, 1);
  const vectors = aTable(3, rank, 2);
  const model = (scan === 'int8' ? buildQuantizedRetrievalGraph : buildFloatRetrievalGraph)({
    itemFactors: items,
    rank,
  });
  const given = scan === 'int8' ? { items } : {};

  async function expectExact(question: Omit<Question, 'rank' | 'items'>) {
    const answer = await ask(model, { rank, ...given, ...question });
    const width = answer.dims[1]!;
    for (let row = 0; row < question.vectors.length / rank; row++) {
      const expected = best({ rank, ...question }, items, question.vectors.subarray(row * rank, (row + 1) * rank));
      expect(answer.rows.slice(row * width, (row + 1) * width)).toEqual(expected.rows);
      expected.scores.forEach((score, at) => {
        expect(answer.scores[row * width + at]).toBeCloseTo(score, 5);
      });
    }
  }

  it('finds the best items with exact scores', () => expectExact({ vectors: vectors.subarray(0, rank), k: 50 }));

  it('answers several vectors in one run', () => expectExact({ vectors, k: 10 }));

  it('ranks rows that came later among the items', () =>
    expectExact({ vectors, k: 30, more: aTable(40, rank, 3).map((value) => value * 1.2) }));

  it('leaves out items that are shifted down, and scales the others', () => {
    const shift = new Float32Array(800);
    shift.fill(-1e30, 0, 500);
    return expectExact({ vectors, k: 40, scale: aTable(800, 1, 4).map(Math.abs), shift });
  });

  it('answers no more items than there are', async () => {
    const answer = await ask(model, {
      vectors: vectors.subarray(0, rank),
      rank,
      k: 5_000,
      ...given,
      more: aTable(2, rank, 5),
    });
    expect(answer.dims).toEqual([1, 802]);
    expect(new Set(answer.rows).size).toBe(802);
  });
});

it('keeps an item of zeros, and items of very different sizes, in the int8 scan', async () => {
  const items = new Float32Array(64 * 16);
  for (let item = 1; item < 64; item++) items[item * 16 + (item % 16)] = 10 ** (item % 7) * 1e-3;
  const vectors = new Float32Array(16).fill(1);
  const { rows, scores } = await ask(buildQuantizedRetrievalGraph({ itemFactors: items, rank: 16 }), {
    vectors,
    rank: 16,
    k: 64,
    items,
  });
  expect(rows.at(-1)).toBe(0);
  expect(scores[0]).toBeCloseTo(1e3);
});

it("reads the caller's memory where it lies, shared memory too", async () => {
  const items = new Float32Array(new SharedArrayBuffer(100 * 16 * 4));
  items.set(aTable(100, 16, 6));
  const model = buildQuantizedRetrievalGraph({ itemFactors: items, rank: 16 });
  const vectors = items.slice(0, 16);
  const before = await ask(model, { vectors, rank: 16, k: 100, items });
  items.fill(0);
  const after = await ask(model, { vectors, rank: 16, k: 100, items });
  expect(before.scores[0]).toBeGreaterThan(1);
  expect(after.scores.every((score) => score === 0)).toBe(true);
});
