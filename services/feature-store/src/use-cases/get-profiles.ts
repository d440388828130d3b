import { requireCount, requireNone } from '../domain/request-size';
import { idProblem } from '../domain/usable-text';
import type { CallOptions, EventStore } from '../ports';

const MAX_IDS = 1_000;

/** Reads the records of users or items in the order of the ids; unknown ones are left out. */
export function makeGetProfiles(kind: 'user' | 'item', { store }: { readonly store: EventStore }) {
  const field = `${kind}_ids`;
  return async (ids: readonly string[], options?: CallOptions): Promise<readonly Uint8Array[]> => {
    requireCount(field, ids.length, MAX_IDS);
    requireNone(
      ids.flatMap((id, index) => {
        const description = idProblem(id);
        return description === undefined ? [] : [{ field: `${field}[${index}]`, description }];
      }),
    );
    const records = await store.profiles(kind, ids, options);
    return ids.flatMap((id) => records.get(id) ?? []);
  };
}
