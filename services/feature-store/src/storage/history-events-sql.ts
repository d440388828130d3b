import { common } from '@attune/contracts';
import type { Queryable } from '@attune/postgres';
import { interactionSeen } from '../domain/entity-events';
import type { FeatureEvent } from '../domain/feature-event';
import type { ViewName } from '../domain/features/feature';
import { idHash } from '../domain/id-hash';
import type { InteractionVocabulary } from '../domain/interaction';
import { itemFactsOf, userFactsOf } from '../domain/profile-facts';
import type { HistoryEvent } from '../ports';
import { ItemFactsByChange } from './item-facts-by-change';
import { textArray } from './sql-arrays';

const ROWS_PER_FETCH = 20_000;

const epoch = (column: string) => `date_part('epoch', ${column}) * 1000`;
const interactions = (entity: 'user' | 'item', where: string) => `
SELECT ${entity}_id AS entity_id, known_seq, 'interaction' AS kind, user_id, item_id AS other_id, type, value,
  ${epoch('occurred_at')} AS at, item_change::float8 AS item_change, ''::text AS event_id, NULL::bytea AS record, false AS removed
FROM interactions WHERE ${where}`;
const changes = (kind: 'user' | 'item', where: string) => `
SELECT entity_id, known_seq, kind, '', '', '', NULL, ${epoch('accepted_at')}, 0, event_id, record, false
FROM entity_changes WHERE kind = '${kind}' AND kept AND ${where}`;
const follows = (side: 'follower' | 'followee', where: string) => `
SELECT ${side === 'follower' ? 'entity_id' : 'other_id'} AS entity_id, known_seq, '${side}' AS kind, '' AS user_id,
  ${side === 'follower' ? 'other_id' : 'entity_id'} AS other_id, '' AS type, NULL::float8 AS value,
  ${epoch('accepted_at')} AS at, 0::float8 AS item_change, '' AS event_id, NULL::bytea AS record, removed
FROM entity_changes WHERE kind = 'follow' AND kept AND ${where}`;

/** The events of a view as SQL; each `where` limits the rows of its table. */
const EVENTS: Readonly<Record<ViewName, (where: string) => string>> = {
  user: (where) => `${interactions('user', where)} UNION ALL ${changes('user', where)}`,
  item: (where) => `${interactions('item', where)} UNION ALL ${changes('item', where)}`,
  user_graph: (where) => `${follows('follower', where)} UNION ALL ${follows('followee', where)}`,
};

interface EventRow {
  readonly entity_id: string;
  readonly known_seq: string;
  readonly kind: 'interaction' | 'user' | 'item' | 'follower' | 'followee';
  readonly user_id: string;
  readonly other_id: string;
  readonly type: string;
  readonly value: number | null;
  readonly at: number;
  readonly item_change: number;
  readonly event_id: string;
  readonly record: Buffer | null;
  readonly removed: boolean;
}

/** One event of the history with the entity that it reaches and its number. */
export type NumberedEvent = HistoryEvent & { readonly seq: number };

/**
 * Everything of the history that reached entities of a view, or some of them, in batches through a cursor: memory is bounded. In the
 * order of the entities, and of one entity in the order of the history.
 */
export async function* historyEvents(
  tx: Queryable,
  view: ViewName,
  vocabulary: InteractionVocabulary,
  entityIds?: readonly string[],
): AsyncGenerator<readonly NumberedEvent[]> {
  const facts = new ItemFactsByChange(tx);
  await tx.query("SET LOCAL work_mem = '64MB'");
  // DECLARE takes no parameters; nothing but the text of the array comes in from outside, and its quotes are doubled
  const some = entityIds && `entity_id = ANY ('${textArray(entityIds).replaceAll("'", "''")}'::text[])`;
  await tx.query(
    `DECLARE kept NO SCROLL CURSOR FOR SELECT * FROM (${EVENTS[view]('true')}) AS all_events
     WHERE ${some ?? 'true'} ORDER BY entity_id, known_seq`,
  );
  for (;;) {
    const { rows } = await tx.query<EventRow>(`FETCH ${ROWS_PER_FETCH} FROM kept`);
    if (rows.length === 0) break;
    yield await eventsOf(rows, facts, vocabulary);
  }
  await tx.query('CLOSE kept');
}

async function eventsOf(
  rows: readonly EventRow[],
  facts: ItemFactsByChange,
  vocabulary: InteractionVocabulary,
): Promise<readonly NumberedEvent[]> {
  const wanted = rows.flatMap(({ kind, other_id: itemId, item_change: itemChange }) =>
    kind === 'interaction' ? [{ itemId, itemChange }] : [],
  );
  const factsOf = await facts.load(wanted);
  return rows.map((row) => ({
    entityId: row.entity_id,
    seq: Number(row.known_seq),
    event: eventOf(row, factsOf, vocabulary),
  }));
}

function eventOf(
  row: EventRow,
  factsOf: Awaited<ReturnType<ItemFactsByChange['load']>>,
  vocabulary: InteractionVocabulary,
): FeatureEvent {
  const { kind, other_id: otherId } = row;
  const occurredAtMs = Math.round(row.at);
  const change = { eventId: row.event_id, acceptedAt: new Date(occurredAtMs) };
  switch (kind) {
    case 'interaction': {
      const facts = factsOf({ itemId: otherId, itemChange: row.item_change });
      const value = row.value ?? undefined;
      const occurredAt = new Date(occurredAtMs);
      return interactionSeen(
        { type: row.type, value, occurredAt, userId: row.user_id, itemId: otherId },
        facts,
        vocabulary,
      );
    }
    case 'user':
      return { kind, occurredAtMs, facts: userFactsOf(common.User.decode(row.record!), change) };
    case 'item':
      return { kind, occurredAtMs, facts: itemFactsOf(common.Item.decode(row.record!), change) };
    case 'follower':
    case 'followee':
      return { kind: 'follow', side: kind, delta: row.removed ? -1 : 1, otherKey: idHash(otherId), occurredAtMs };
    default:
      return kind satisfies never;
  }
}
