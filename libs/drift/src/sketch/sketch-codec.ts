import { AppError } from '@attune/errors';
import { type Buckets, MOST_BUCKETS, MOST_LEVEL } from './buckets';
import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import type { PowerSums } from './power-sums';

const VERSION = 1;

/** All that a sketch is. */
export interface SketchParts {
  readonly nullCount: number;
  readonly nanCount: number;
  readonly sums: PowerSums;
  readonly min: number;
  readonly max: number;
  readonly buckets: Buckets;
}

/** As bytes: a version, counts, sums, and buckets as steps from one to the next. */
export function encodeSketch({ nullCount, nanCount, sums, min, max, buckets }: SketchParts): Uint8Array {
  const writer = new ByteWriter();
  const { level, keys, counts } = buckets;
  writer.byte(VERSION);
  writer.byte(level);
  for (const value of [nullCount, nanCount, sums.count, keys.length]) writer.whole(value);
  for (const value of [sums.mean, sums.squares, sums.cubes, min, max]) writer.double(value);
  let before = 0;
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    // the first may be negative: zigzag
    writer.whole(at === 0 ? (key < 0 ? -2 * key - 1 : 2 * key) : key - before);
    writer.whole(counts[at]!);
    before = key;
  }
  return writer.finish();
}

/** Reads what `encodeSketch` wrote. Throws `invalid.sketch` for other bytes. */
export function decodeSketch(bytes: Uint8Array): SketchParts {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new AppError('invalid.sketch', `a sketch of version ${version} cannot be read`);
  const level = reader.byte();
  const [nullCount, nanCount, count, size] = [reader.whole(), reader.whole(), reader.whole(), reader.whole()];
  if (level > MOST_LEVEL || size > MOST_BUCKETS) {
    throw new AppError('invalid.sketch', `a sketch has no level ${level} and no ${size} buckets`);
  }
  const [mean, squares, cubes] = [reader.double(), reader.double(), reader.double()];
  const [min, max] = [reader.double(), reader.double()];
  const buckets = readBuckets(reader, level, size);
  reader.end();
  if (buckets.counts.reduce((sum, times) => sum + times, 0) !== count) {
    throw new AppError('invalid.sketch', 'the buckets of the sketch do not add up to its count');
  }
  return { nullCount, nanCount, sums: { count, mean, squares, cubes }, min, max, buckets };
}

function readBuckets(reader: ByteReader, level: number, size: number): Buckets {
  const [keys, counts] = [new Int32Array(size), new Float64Array(size)];
  for (let at = 0; at < size; at++) {
    const step = reader.whole();
    // a bucket that comes twice would be lost in a map
    if (at > 0 && step === 0) throw new AppError('invalid.sketch', 'a sketch has a bucket twice');
    keys[at] = at > 0 ? keys[at - 1]! + step : step % 2 === 1 ? -(step + 1) / 2 : step / 2;
    counts[at] = reader.whole();
  }
  return { level, keys, counts };
}
