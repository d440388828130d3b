import { seededNormal } from '@attune/kernels';
import { buildQuantizedRetrievalGraph, buildRetrievalGraph, LIVE_INPUTS, OUTPUT_NAMES } from '@attune/onnx';
import * as ort from 'onnxruntime-node';
import { alternate, type Contestant, compileYardstick, median, Yardstick } from './cpp-yardstick.ts';
import { type Feeds, float32, int64, OrtTurns } from './ort-turns.ts';

const RANK = 128;
const K = 100;
const REQUESTS = 32;
/** What is read to see how fast memory is: far more than fits a cache. */
const READ_BYTES = 512 * 2 ** 20;

let program: string | undefined | null = null;

/**
 * Reading memory in C++, an equal share for each thread: in ordinary pages, which is how ONNX Runtime gets its memory, and in huge
 * ones, which is the most that the machine can do. Empty, and said aloud, where it cannot be compiled.
 */
function readingMemory(threads: number): Record<string, Contestant> {
  if (program === null) program = compileYardstick('read_bandwidth', { moreFlags: ['-ffast-math'] });
  if (program === undefined) return {};
  const read = (pages: string) => new Yardstick(program!, [READ_BYTES, threads, pages]);
  return { ordinary: read('ordinary'), huge: read('huge') };
}

/** Bytes that each scan must read: the numbers, and in 8 bits a scale for each item. */
const BYTES_PER_ITEM = { fp32: RANK * 4, int8: RANK + 4 } as const;

/**
 * Exact retrieval of the best 100 by a vector, by a scan in fp32 and by one in 8 bits whose candidates are scored in fp32, beside the
 * time that reading the bytes of the scan takes. Tables below some megabytes come from a cache, and are read faster than memory is.
 */
export async function measureRetrieval(order: {
  readonly items: number;
  readonly threads: number;
  readonly rounds: number;
}): Promise<Record<string, unknown>[]> {
  const { items, threads, rounds } = order;
  const normal = seededNormal(5);
  const itemFactors = new Float32Array(new SharedArrayBuffer(items * RANK * 4)).map(() => normal());
  const vectors = Array.from({ length: REQUESTS }, () => Float32Array.from({ length: RANK }, () => normal()));
  const options = { threads, runs: Math.min(REQUESTS, 8e6 / items) };
  const plain = vectors.map((vector) => ({ user_vector: float32(vector, 1, RANK), k: int64(K) }));
  const fp32 = await OrtTurns.open(buildRetrievalGraph({ itemFactors, rank: RANK }), plain, options);
  const live = plain.map((feeds) => ({ ...feeds, ...liveFeeds(itemFactors) }));
  const int8 = await OrtTurns.open(buildQuantizedRetrievalGraph({ itemFactors, rank: RANK }), live, options);
  const recall = await recallOf(int8, fp32);
  const times = await alternate({ fp32, int8, ...readingMemory(threads) } as Record<string, Contestant>, {
    rounds,
    steps: 2,
  });
  return (['fp32', 'int8'] as const).map((scan) => {
    const ms = median(times[scan]!);
    const bytes = items * BYTES_PER_ITEM[scan];
    const against = (pages: string) => {
      if (times[pages] === undefined) return { [`${pages} pages, GB/s`]: 'SKIPPED' };
      const readMs = (bytes / READ_BYTES) * median(times[pages]);
      return { [`${pages} pages, GB/s`]: bytes / readMs / 1e6, [`times ${pages}`]: ms / readMs };
    };
    const found = scan === 'int8' ? { 'recall@100': recall.share, 'score differs': recall.difference } : {};
    return {
      items,
      scan,
      threads,
      ms,
      'GB/s': bytes / ms / 1e6,
      ...against('ordinary'),
      ...against('huge'),
      ...found,
      turns: times,
    };
  });
}

/** What a live graph is given beside the vector while nothing was laid over its items. */
function liveFeeds(itemFactors: Float32Array): Feeds {
  const none = float32(new Float32Array(1), 1);
  return {
    [LIVE_INPUTS.items]: float32(itemFactors, itemFactors.length / RANK, RANK),
    [LIVE_INPUTS.more]: float32(new Float32Array(0), 0, RANK),
    [LIVE_INPUTS.isAdjusted]: new ort.Tensor('bool', Uint8Array.of(0), [1]),
    [LIVE_INPUTS.scale]: none,
    [LIVE_INPUTS.shift]: none,
  };
}

/** How much of the exact lists comes again, and the largest difference of a score. */
async function recallOf(int8: OrtTurns, fp32: OrtTurns) {
  let [found, difference] = [0, 0];
  for (let request = 0; request < REQUESTS; request++) {
    const exact = await fp32.answer(request);
    const rows = exact[OUTPUT_NAMES.itemIndices]!.data as Int32Array;
    const scores = new Map(
      Array.from(rows, (row, at) => [row, (exact[OUTPUT_NAMES.scores]!.data as Float32Array)[at]!]),
    );
    const actual = await int8.answer(request);
    for (const [at, row] of (actual[OUTPUT_NAMES.itemIndices]!.data as Int32Array).entries()) {
      const score = scores.get(row);
      if (score === undefined) continue;
      found++;
      difference = Math.max(
        difference,
        Math.abs(score - (actual[OUTPUT_NAMES.scores]!.data as Float32Array)[at]!) / Math.max(1, Math.abs(score)),
      );
    }
  }
  return { share: found / (REQUESTS * K), difference };
}
