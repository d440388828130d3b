import type { Redis } from 'ioredis';
import type { DeliveredRecord } from '../port';
import { parsePosition } from './positions';
import { type RawEntry, recordsOf } from './stream-entry';

/** The positions of those records of one partition that are stored now: neither erased nor dropped by retention. */
export async function stillThere(
  redis: Redis,
  stream: string,
  records: readonly DeliveredRecord[],
): Promise<ReadonlySet<string>> {
  const ids = new Set(records.map(({ position }) => parsePosition(position).id));
  const found = new Set<string>();
  for (const id of ids) {
    const entries = (await redis.callBuffer('XRANGE', stream, id, id)) as RawEntry[];
    for (const { position } of entries.flatMap((entry) => recordsOf(entry, '', 0))) found.add(position);
  }
  return found;
}
