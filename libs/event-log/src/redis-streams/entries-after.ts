import type { Redis } from 'ioredis';
import { isIdBefore } from './positions';
import { ReadSize } from './read-size';
import { idOf, type RawEntry } from './stream-entry';
import { recordCount } from './unpack-batch';

const RECORDS_PER_READ = 5_000;
const WORK_MS = 5;

/** Which stream to read, all of it. */
export interface StreamToRead {
  readonly redis: Redis;
  readonly stream: string;
  readonly signal?: AbortSignal | undefined;
}

/** Lets others have the event loop after some milliseconds of work. */
function makeBreathe(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < WORK_MS) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now();
        resolve();
      }),
    );
  };
}

/** The entries after an id, up to the end as of the call. */
export async function* entriesAfter(from: string, { redis, stream, signal }: StreamToRead): AsyncGenerator<RawEntry> {
  const [last] = (await redis.callBuffer('XREVRANGE', stream, '+', '-', 'COUNT', 1)) as RawEntry[];
  const size = new ReadSize();
  const breathe = makeBreathe();
  let after = from;
  while (last !== undefined && isIdBefore(after, idOf(last))) {
    signal?.throwIfAborted();
    const count = size.entriesFor(RECORDS_PER_READ);
    const entries = (await redis.callBuffer('XRANGE', stream, `(${after}`, idOf(last), 'COUNT', count)) as RawEntry[];
    if (entries.length === 0) return;
    size.learn(
      entries,
      entries.reduce((sum, entry) => sum + recordCount(entry[1][3]!), 0),
    );
    for (const entry of entries) {
      yield entry;
      await breathe();
    }
    after = idOf(entries.at(-1)!);
  }
}
