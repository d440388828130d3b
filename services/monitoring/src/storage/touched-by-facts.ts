import type { Tx } from '@attune/postgres';
import type { OutcomeFact, SlateFact } from '../domain/facts';

/** How much earlier than its slate an interaction may seem to be: clocks differ. */
export const SKEW_SECONDS = 300;

/** The times of slates and predictions whose outcomes are changed by new interactions. */
export async function touchedByOutcomes(
  tx: Tx,
  outcomes: readonly OutcomeFact[],
  windowSeconds: number,
): Promise<readonly Date[]> {
  if (outcomes.length === 0) return [];
  const { rows } = await tx.query<{ at: Date }>(
    `WITH new AS (SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[])
       AS of (user_key, at, item_id, decision_id))
     SELECT s.at FROM new JOIN slates s ON s.decision_id = new.decision_id AND s.user_key = new.user_key
     UNION SELECT s.at FROM new JOIN LATERAL (
       SELECT c.at FROM slates c WHERE new.decision_id IS NULL AND c.user_key = new.user_key AND c.at <= new.at
         AND c.at > new.at - make_interval(secs => $5) AND new.item_id = ANY (c.item_ids)
       ORDER BY c.at DESC, c.decision_id DESC LIMIT 1) s ON true
     UNION SELECT p.at FROM new JOIN predictions p ON p.user_key = new.user_key AND p.at <= new.at
       AND p.at > new.at - make_interval(secs => $5) AND new.item_id = ANY (p.item_ids)`,
    [
      outcomes.map(({ userKey }) => userKey),
      outcomes.map(({ at }) => at),
      outcomes.map(({ itemId }) => itemId),
      outcomes.map(({ decisionId }) => decisionId ?? null),
      windowSeconds,
    ],
  );
  return rows.map(({ at }) => at);
}

/**
 * The times of other slates that new ones take an interaction from: one that names no decision counts for the last slate before it that
 * has the item, and that may have come in late.
 */
export async function touchedBySlates(
  tx: Tx,
  slates: readonly SlateFact[],
  windowSeconds: number,
): Promise<readonly Date[]> {
  if (slates.length === 0) return [];
  const { rows } = await tx.query<{ at: Date }>(
    `SELECT DISTINCT s.at FROM slates new
     JOIN outcomes o ON o.user_key = new.user_key AND o.decision_id IS NULL AND o.item_id = ANY (new.item_ids)
       AND o.at >= new.at AND o.at < new.at + make_interval(secs => $2)
     JOIN slates s ON s.user_key = new.user_key AND s.at <= new.at AND s.at > new.at - make_interval(secs => $2)
       AND o.item_id = ANY (s.item_ids)
     WHERE new.decision_id = ANY ($1)`,
    [slates.map(({ decisionId }) => decisionId), windowSeconds],
  );
  return rows.map(({ at }) => at);
}
