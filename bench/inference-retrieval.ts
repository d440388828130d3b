import { seededUniform } from '@attune/kernels';
import { buildRetrievalGraph } from '@attune/onnx';
import { alternate, type Contestant, compileYardstick, median, Yardstick } from './cpp-yardstick.ts';
import { float32, int64, OrtTurns } from './ort-turns.ts';

const RANK = 128;
const K = 100;
const REQUESTS = 8;
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

/** Exact retrieval of the best 100 by a vector, beside the time that reading all items' vectors takes. */
export async function measureRetrieval(order: {
  readonly items: number;
  readonly threads: number;
  readonly rounds: number;
}): Promise<Record<string, unknown>> {
  const { items, threads, rounds } = order;
  const uniform = seededUniform(5);
  const vector = (length: number) => Float32Array.from({ length }, () => uniform() - 0.5);
  const model = buildRetrievalGraph({ itemFactors: vector(items * RANK), rank: RANK });
  const requests = Array.from({ length: REQUESTS }, () => ({
    user_vector: float32(vector(RANK), 1, RANK),
    k: int64(K),
  }));
  const retrieval = await OrtTurns.open(model, requests, { threads, runs: Math.min(40, 8e6 / items) });
  const contestants: Record<string, Contestant> = { retrieval, ...readingMemory(threads) };
  const times = await alternate(contestants, { rounds, steps: 2 });
  const ms = median(times.retrieval!);
  const bytes = items * RANK * 4;
  const against = (pages: string) => {
    if (times[pages] === undefined) return { [`${pages} pages, GB/s`]: 'SKIPPED' };
    const readMs = (bytes / READ_BYTES) * median(times[pages]);
    return { [`${pages} pages, GB/s`]: bytes / readMs / 1e6, [`times ${pages}`]: ms / readMs };
  };
  return { items, threads, ms, 'GB/s': bytes / ms / 1e6, ...against('ordinary'), ...against('huge'), turns: times };
}
