import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { FactorRow, FactorUpdate, LearnedFactors } from '../domain/factor-update';
import type { FactorPublisher } from '../update-ports';

/** What a record may hold: far below the 1 MB that Kafka takes by default. */
const RECORD_BYTES = 256 * 1_024;
/** Of a row beside its vector: its key and what frames it. */
const ROW_BYTES = 96;

/** Publishes what rounds learned to `factors.v1`, in records of a bounded size. The same round gives the same records, byte for byte. */
export function publishFactors(eventLog: Pick<EventLog, 'append'>): FactorPublisher {
  return {
    publish: async (update, learned) => {
      const records = chunksOf(learned).map((chunk, at) => ({
        key: update.ref.model,
        value: encode(update, chunk, at),
      }));
      await eventLog.append(TOPICS.factors.name, records);
    },
  };
}

/** Items first: a user's vector may speak of items that are new. A round that learned nothing still says until when. */
function chunksOf({ users, items }: LearnedFactors): LearnedFactors[] {
  const of = (rows: readonly FactorRow[]) => {
    const perChunk = Math.max(1, Math.floor(RECORD_BYTES / (ROW_BYTES + (rows[0]?.vector.byteLength ?? 0))));
    return Array.from({ length: Math.ceil(rows.length / perChunk) }, (_, at) =>
      rows.slice(at * perChunk, (at + 1) * perChunk),
    );
  };
  const chunks = [
    ...of(items).map((rows) => ({ users: [], items: rows })),
    ...of(users).map((rows) => ({ users: rows, items: [] })),
  ];
  return chunks.length === 0 ? [{ users: [], items: [] }] : chunks;
}

function encode({ updateId, ref, learnedTo }: FactorUpdate, { users, items }: LearnedFactors, at: number): Uint8Array {
  return TOPIC_CODECS.factors
    .encode({
      eventId: `${updateId}-${at}`,
      model: { name: ref.model, version: String(ref.version), digest: ref.digest },
      learnedTo,
      users: users.map(rowToProto),
      items: items.map(rowToProto),
    })
    .finish();
}

function rowToProto({ key, vector }: FactorRow) {
  return { key, vector: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength) };
}
