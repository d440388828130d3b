import type { DeliveredRecord } from '../port';
import { type Position, positionText } from './positions';
import { recordCount, unpackBatch } from './unpack-batch';

/**
 * What XREAD and XRANGE give for one entry: its id, then field, value, field, value... The fields are always `n`, how many records
 * of the partition come before those of the entry, and `b`, a batch of records.
 */
export type RawEntry = readonly [id: Buffer, fields: readonly Buffer[]];

/** The id of an entry. */
export function idOf(entry: RawEntry): string {
  return entry[0].toString('latin1');
}

/** How many records of the partition come before those of an entry. */
export function recordsBefore(entry: RawEntry): number {
  return Number(entry[1][1]!.toString('latin1'));
}

/** Where the last record of an entry lies, be it erased or not. */
export function endOf(entry: RawEntry): Position {
  return { id: idOf(entry), ordinal: recordsBefore(entry) + recordCount(entry[1][3]!) };
}

/** The records of an entry, without those that were erased; of the entry that `after` lies in, only those that come after it. */
export function recordsOf(entry: RawEntry, topic: string, partition: number, after?: Position): DeliveredRecord[] {
  const id = idOf(entry);
  const before = recordsBefore(entry);
  const from = after?.id === id ? after.ordinal - before : 0;
  // one for all: a record costs little more than its text and its bytes
  const appendedAt = new Date(Number(id.slice(0, id.indexOf('-'))));
  return unpackBatch(
    entry[1][3]!,
    (index, key, value, headers) => {
      const position = positionText(id, before + index + 1);
      return { topic, partition, position, key, value, headers, appendedAt };
    },
    from,
  );
}
