import { common } from '@attune/contracts';
import type { PoolClient } from 'pg';
import { textArray } from './sql-arrays';

const ROWS_PER_FETCH = 20_000;

/**
 * Fills the table `left_out`, which lives as long as the transaction, with the users whose latest known consent refuses that models
 * are trained with what they do, and says whether there are any. `knownAt` leaves out what was known later.
 */
export async function fillLeftOut(client: PoolClient, knownAt: Date | undefined): Promise<boolean> {
  await client.query('CREATE TEMP TABLE left_out (user_id text COLLATE "C" PRIMARY KEY) ON COMMIT DROP');
  // numbers carry no SQL, and DECLARE takes no parameters
  const known = knownAt === undefined ? 'true' : `known_at <= to_timestamp(${knownAt.getTime()} / 1000.0::float8)`;
  await client.query(
    `DECLARE consents NO SCROLL CURSOR FOR SELECT DISTINCT ON (entity_id) entity_id, record FROM entity_changes
     WHERE kind = 'user' AND kept AND ${known} ORDER BY entity_id, accepted_at DESC, event_id DESC`,
  );
  let isAny = false;
  for (;;) {
    const { rows } = await client.query<{ entity_id: string; record: Buffer }>(`FETCH ${ROWS_PER_FETCH} FROM consents`);
    if (rows.length === 0) break;
    const refusing = rows.filter(({ record }) => common.User.decode(record).consent?.training === false);
    if (refusing.length === 0) continue;
    isAny = true;
    const ids = textArray(refusing.map((row) => row.entity_id));
    await client.query('INSERT INTO left_out SELECT unnest($1::text[])', [ids]);
  }
  await client.query('CLOSE consents');
  return isAny;
}
