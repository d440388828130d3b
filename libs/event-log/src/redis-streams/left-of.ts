import type { DeliveredRecord } from '../port';
import { parsePosition } from './positions';
import { type RawEntry, recordsBefore, recordsOf } from './stream-entry';
import { recordCount } from './unpack-batch';

/** Which records of a partition go. */
export interface Erasing {
  readonly topic: string;
  readonly partition: number;
  readonly mentions: Buffer;
  readonly matches: (record: DeliveredRecord) => boolean;
}

/** What is left of an entry, record by record. */
interface Left {
  readonly slots: readonly (DeliveredRecord | undefined)[];
  readonly erasedCount: number;
}

/** Undefined where nothing is to be erased, which mostly a search of the bytes tells. */
export function leftOf(entry: RawEntry, { mentions, matches, topic, partition }: Erasing): Left | undefined {
  const batch = entry[1][3]!;
  if (!batch.includes(mentions)) return undefined;
  const text = mentions.toString('utf8');
  const slots = new Array<DeliveredRecord | undefined>(recordCount(batch)).fill(undefined);
  let erasedCount = 0;
  for (const [index, record] of numbered(entry, topic, partition)) {
    if (isMentionedIn(record, mentions, text) && matches(record)) erasedCount += 1;
    else slots[index] = record;
  }
  return erasedCount === 0 ? undefined : { slots, erasedCount };
}

/** The records of an entry that are still there, with their places in it. */
function numbered(entry: RawEntry, topic: string, partition: number): [number, DeliveredRecord][] {
  const before = recordsBefore(entry);
  return recordsOf(entry, topic, partition).map((record) => [
    parsePosition(record.position).ordinal - before - 1,
    record,
  ]);
}

function isMentionedIn({ key, value, headers }: DeliveredRecord, mentions: Buffer, text: string): boolean {
  if (key.includes(text) || (value as Buffer).includes(mentions)) return true;
  for (const name in headers) if (name.includes(text) || headers[name]!.includes(text)) return true;
  return false;
}
