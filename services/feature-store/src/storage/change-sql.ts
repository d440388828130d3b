import type { Queryable } from '@attune/postgres';
import type { KnownChange, StoredDecision } from '../ports';
import type { KnownMoment } from './interaction-sql';
import { byteParameters, numberArray, textArray } from './sql-arrays';

const ADD_CHANGES = `
INSERT INTO entity_changes (known_seq, known_at, kind, entity_id, other_id, event_id, accepted_at, record, removed, kept)
SELECT $1::bigint, to_timestamp($2::float8 / 1000), k, e, t, i, to_timestamp(a / 1000),
  CASE WHEN l > 0 THEN substr($8::bytea, o, l) END, r, kept
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::float8[], $9::int[], $10::int[], $11::bool[], $12::bool[])
  AS new(k, e, t, i, a, o, l, r, kept)`;

/** Adds changes of users, items, follows and blocks to the history. */
export async function addChanges(
  tx: Queryable,
  { seq, knownAt }: KnownMoment,
  changes: readonly KnownChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(rowOf);
  await tx.query(ADD_CHANGES, [
    seq,
    knownAt.getTime(),
    textArray(rows.map(({ kind }) => kind)),
    textArray(rows.map(({ entityId }) => entityId)),
    textArray(rows.map(({ otherId }) => otherId)),
    textArray(changes.map(({ change }) => change.eventId)),
    numberArray(changes.map(({ change }) => change.acceptedAt.getTime())),
    ...byteParameters(rows.map(({ record }) => record)),
    `{${rows.map(({ removed }) => removed).join()}}`,
    `{${changes.map(({ isKept }) => isKept).join()}}`,
  ]);
}

const NO_RECORD = new Uint8Array(0);

function rowOf({ change }: KnownChange) {
  if ('profile' in change) {
    return { kind: change.profile.kind, entityId: change.id, otherId: '', record: change.record, removed: false };
  }
  if ('followerId' in change) {
    const { followerId, followeeId, removed } = change;
    return { kind: 'follow', entityId: followerId, otherId: followeeId, record: NO_RECORD, removed };
  }
  const { userId, authorId, record, removed } = change;
  if (authorId === '') return { kind: 'topic_block', entityId: userId, otherId: '', record, removed };
  return { kind: 'author_block', entityId: userId, otherId: authorId, record: NO_RECORD, removed };
}

const ADD_DECISIONS = `
INSERT INTO decisions (known_seq, known_at, decision_id, user_id, decided_at, record)
SELECT $1::bigint, to_timestamp($2::float8 / 1000), d, u, to_timestamp(a / 1000), substr($6::bytea, o, l)
FROM unnest($3::text[], $4::text[], $5::float8[], $7::int[], $8::int[]) AS new(d, u, a, o, l)`;

/** Adds decision records to the history. */
export async function addDecisions(
  tx: Queryable,
  { seq, knownAt }: KnownMoment,
  decisions: readonly StoredDecision[],
): Promise<void> {
  if (decisions.length === 0) return;
  await tx.query(ADD_DECISIONS, [
    seq,
    knownAt.getTime(),
    textArray(decisions.map(({ decisionId }) => decisionId)),
    textArray(decisions.map(({ userId }) => userId)),
    numberArray(decisions.map(({ decidedAt }) => decidedAt.getTime())),
    ...byteParameters(decisions.map(({ record }) => record)),
  ]);
}
