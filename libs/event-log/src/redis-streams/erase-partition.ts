import { randomUUID } from 'node:crypto';
import { AppError } from '@attune/errors';
import { sleep } from '../delivery/sleep';
import { entriesAfter, type StreamToRead } from './entries-after';
import type { ErasureKeys } from './keys';
import { type Erasing, leftOf } from './left-of';
import { packWithGaps } from './pack-batches';
import { BEGINNING } from './positions';
import { COPY_ENTRIES, END_ERASURE, REPLACE_STREAM } from './scripts';
import { idOf, type RawEntry, recordsBefore } from './stream-entry';

/** A script holds up everybody else in Redis while it runs. */
const BYTES_PER_SCRIPT = 1024 * 1024;
const ENTRIES_OF_LAST_SCRIPT = 64;
/** An eraser that is silent for so long is taken for dead, and what it made goes. */
const LOCK_MS = 30_000;
const LOCK_POLL_MS = 50;

/** What to erase from which partition. */
export interface PartitionErasure extends Erasing, StreamToRead {
  readonly erasures: string;
  readonly keys: ErasureKeys;
}

/**
 * Takes records out of one partition and gives how many. Redis cannot change an entry of a stream, so a partition that has such
 * records is written again beside the old one, entry by entry under the same ids, and takes its place in one script; erased
 * records leave a gap, so that the others keep their positions. Readers that wait in the stream go on waiting in the new one.
 */
export async function erasePartition(erasure: PartitionErasure): Promise<number> {
  for await (const entry of entriesAfter(BEGINNING, erasure)) {
    if (leftOf(entry, erasure) !== undefined) return rewritten(erasure);
  }
  return 0;
}

async function rewritten(erasure: PartitionErasure): Promise<number> {
  for (;;) {
    const token = await lock(erasure);
    try {
      const count = await rewrite(erasure, token);
      if (count !== undefined) return count;
    } finally {
      const { redis, keys } = erasure;
      await redis.eval(END_ERASURE, 2, keys.lock, keys.rewritten, token).catch(() => {});
    }
  }
}

/** Two erasures of one partition would undo each other: the second waits, and begins with what the first has left. */
async function lock({ redis, keys, signal }: PartitionErasure): Promise<string> {
  const token = randomUUID();
  while ((await redis.set(keys.lock, token, 'PX', LOCK_MS, 'NX')) === null) await sleepOrThrow(LOCK_POLL_MS, signal);
  // what an eraser left that did not live to end
  await redis.unlink(keys.rewritten);
  return token;
}

/** `undefined` when the lock was lost, and with it what was written. */
async function rewrite(erasure: PartitionErasure, token: string): Promise<number | undefined> {
  const { redis, stream, keys, erasures } = erasure;
  const copy = new Copy(erasure, token);
  for (;;) {
    for await (const entry of entriesAfter(copy.lastId, erasure)) if (!(await copy.add(entry))) return undefined;
    if (!(await copy.flush())) return undefined;
    const names = [keys.lock, keys.rewritten, stream, erasures];
    const args = [token, copy.lastId, ENTRIES_OF_LAST_SCRIPT];
    const answer = Number(await redis.eval(REPLACE_STREAM, names.length, ...names, ...args));
    if (answer === 0) return undefined;
    if (answer === 1) return copy.erasedCount;
  }
}

/** Writes entries into the new stream, without what is erased, in scripts of a bounded size. */
class Copy {
  erasedCount = 0;
  lastId = BEGINNING;
  private args: (string | number | Buffer)[] = [];
  private bytes = 0;

  constructor(
    private readonly erasure: PartitionErasure,
    private readonly token: string,
  ) {}

  /** False when the lock is lost. */
  async add(entry: RawEntry): Promise<boolean> {
    const left = leftOf(entry, this.erasure);
    const batch = left === undefined ? entry[1][3]! : packWithGaps(left.slots);
    this.erasedCount += left?.erasedCount ?? 0;
    this.lastId = idOf(entry);
    this.args.push(this.lastId, recordsBefore(entry), batch);
    this.bytes += batch.length;
    return this.bytes < BYTES_PER_SCRIPT || this.flush();
  }

  async flush(): Promise<boolean> {
    const { redis, keys } = this.erasure;
    const args = [this.token, LOCK_MS, ...this.args];
    this.args = [];
    this.bytes = 0;
    return Number(await redis.eval(COPY_ENTRIES, 2, keys.lock, keys.rewritten, ...args)) === 1;
  }
}

async function sleepOrThrow(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, signal);
  if (signal?.aborted)
    throw new AppError('cancelled.erasure', 'the erasure was cancelled while another one was under way');
}
