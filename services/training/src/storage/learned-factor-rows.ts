import type { Database, Tx } from '@attune/postgres';
import type { FactorRow, LearnedFactors } from '../domain/factor-update';

/** What a round learned of one side. */
export interface LearnedSide {
  readonly updateId: string;
  readonly digest: string;
  readonly side: 'user' | 'item';
  readonly rows: readonly FactorRow[];
}

/** Keeps rows; of a user or an item the last that was learned holds. */
export async function storeFactors(tx: Tx, { updateId, digest, side, rows }: LearnedSide): Promise<void> {
  await tx.query(
    `INSERT INTO learned_factors (digest, side, key, vector, update_id)
     SELECT $1, $2, key, vector, $3 FROM unnest($4::text[], $5::bytea[]) AS new (key, vector)
     ON CONFLICT (digest, side, key) DO UPDATE SET vector = excluded.vector, update_id = excluded.update_id`,
    [digest, side, updateId, rows.map(({ key }) => key), rows.map(({ vector }) => bytesOf(vector))],
  );
}

/** The rows that a condition of ours chooses, in the order of their keys, so that the same rows are always the same. */
export async function readFactors(
  database: Pick<Database, 'query'>,
  where: string,
  values: readonly unknown[],
): Promise<LearnedFactors> {
  const { rows } = await database.query<{ side: 'user' | 'item'; key: string; vector: Buffer }>(
    `SELECT side, key, vector FROM learned_factors WHERE ${where} ORDER BY side, key`,
    [...values],
  );
  const of = (wanted: 'user' | 'item') =>
    rows.filter(({ side }) => side === wanted).map(({ key, vector }) => ({ key, vector: floatsOf(vector) }));
  return { users: of('user'), items: of('item') };
}

function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

// copied: bytes of a Buffer need not begin where floats may
function floatsOf(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
