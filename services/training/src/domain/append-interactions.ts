import type { InteractionTable } from '@attune/interactions';

/** An interaction as training sets know it. */
export interface KeyedInteraction {
  readonly userKey: string;
  readonly itemId: string;
  readonly type: string;
  readonly value?: number;
  readonly timeMs: number;
}

/** A table with further interactions behind it; those that it has already are left out: a data set is read after its run began. */
export function appendInteractions(base: InteractionTable, further: readonly KeyedInteraction[]): InteractionTable {
  const added = withoutKnown(base, further);
  const [users, items, types] = [extended(base.users), extended(base.items), extended(base.types)];
  const columns = {
    userIndex: Int32Array.from(added, ({ userKey }) => users.of(userKey)),
    itemIndex: Int32Array.from(added, ({ itemId }) => items.of(itemId)),
    type: Uint8Array.from(added, ({ type }) => types.of(type)),
    value: Float32Array.from(added, ({ value }) => value ?? Number.NaN),
    timeMs: Float64Array.from(added, ({ timeMs }) => timeMs),
  };
  return {
    ...{ users: users.ids, items: items.ids, types: types.ids },
    userIndex: joined(base.userIndex, columns.userIndex),
    itemIndex: joined(base.itemIndex, columns.itemIndex),
    type: joined(base.type, columns.type),
    value: joined(base.value, columns.value),
    timeMs: joined(base.timeMs, columns.timeMs),
  };
}

/** Only rows of the users in question are looked at as text. */
function withoutKnown(base: InteractionTable, further: readonly KeyedInteraction[]): readonly KeyedInteraction[] {
  const keyOf = (userKey: string, itemId: string, type: string, timeMs: number) =>
    JSON.stringify([userKey, itemId, type, timeMs]);
  const inQuestion = new Set(further.map(({ userKey }) => userKey));
  const isInQuestion = Uint8Array.from(base.users, (user) => (inQuestion.has(user) ? 1 : 0));
  const known = new Set<string>();
  for (const [row, user] of base.userIndex.entries()) {
    if (isInQuestion[user] === 0) continue;
    known.add(
      keyOf(base.users[user]!, base.items[base.itemIndex[row]!]!, base.types[base.type[row]!]!, base.timeMs[row]!),
    );
  }
  return further.filter(({ userKey, itemId, type, timeMs }) => !known.has(keyOf(userKey, itemId, type, timeMs)));
}

/** Ids by number, growing. */
function extended(known: readonly string[]) {
  const ids = [...known];
  const numbers = new Map(ids.map((id, number) => [id, number]));
  return {
    ids,
    of(id: string): number {
      const number = numbers.get(id);
      if (number !== undefined) return number;
      numbers.set(id, ids.length);
      return ids.push(id) - 1;
    },
  };
}

type Column = Int32Array | Uint8Array | Float32Array | Float64Array;

function joined<T extends Column>(first: T, second: T): T {
  const all = new (first.constructor as new (length: number) => T)(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
