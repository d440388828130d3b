import { interactionType, strengthOf } from '@attune/contracts';
import type { Database } from '@attune/postgres';
import type { EntityState } from '../src/domain/entity-state';
import { VIEWS } from '../src/domain/feature-registry';
import type { ViewName } from '../src/domain/features/feature';
import { foldInto } from '../src/domain/fold';
import { initialState, pack, unpack } from '../src/domain/packed-state';
import { historyEvents } from '../src/storage/history-events-sql';

/** The words of the fleet for interactions, as the service has them. */
export const vocabulary = { isKnown: (type: string) => interactionType(type) !== undefined, strengthOf };

/** Every state that an entity ever had, as a fold of the history gives it, oldest first. */
export type StateHistory = (view: ViewName, entityId: string) => readonly EntityState[];

/** Folds the whole history, one event after the other, and keeps every state on the way. */
export async function replayHistory(database: Database): Promise<StateHistory> {
  const all = new Map<string, EntityState[]>();
  for (const view of Object.values(VIEWS)) {
    await database.transaction(async (tx) => {
      for await (const events of historyEvents(tx, view.name, vocabulary)) {
        for (const { entityId, seq, event } of events) {
          const key = `${view.name}:${entityId}`;
          const states = all.get(key) ?? [];
          all.set(key, states);
          const last = states.at(-1);
          const state = last === undefined ? initialState(view) : unpack(view, pack(view, last))!;
          foldInto(view, state, [event]);
          state.version = seq;
          if (last?.version === seq) states.pop();
          states.push(state);
        }
      }
    });
  }
  return (view, entityId) => all.get(`${view}:${entityId}`) ?? [];
}
