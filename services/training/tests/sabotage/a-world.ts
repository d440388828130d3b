import type { InteractionTable, TrainingSetTables } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import { type Simulation, simulate } from '@attune/simulator';

const DAY_MS = 86_400_000;
const START = new Date('2026-01-01T00:00:00Z');

/** A simulated feed as training sets: what the champion learned, what a challenger learns, and everything until now. */
export interface World {
  readonly seed: number;
  /** What the champion learned from ends here. */
  readonly championToMs: number;
  /** Here the questions begin. */
  readonly heldOutFromMs: number;
  readonly learnedByChampion: TrainingSetTables;
  readonly learned: TrainingSetTables;
  readonly exam: TrainingSetTables;
}

/** How much more somebody meets what suits them: tastes decide, as in a feed that is ranked well. */
const TASTE = 9;
/** This share of the items comes while the feed goes on. */
const LATE_SHARE = 0.2;

/**
 * A feed of 60 days; the champion learned from 36 of them, challengers from 50. People, items and who likes what are the simulator's;
 * everybody meets items by taste, whenever it is, so that small proofs can tell versions apart.
 */
export function aWorld(seed: number, { users = 300, items = 250, likes = 45 } = {}): World {
  const simulation = simulate({ seed, users, items, startTime: START, days: 60 });
  const content = new Map(
    [...simulation.items()].map(({ itemId, title, text, tags, category }) => [
      itemId,
      { text: `${title}\n${text}`, tags, category },
    ]),
  );
  const rows = drawRows(simulation, seed, likes).sort((a, b) => a.timeMs - b.timeMs);
  const until = (ms: number) => ({
    table: tableOf(rows.filter(({ timeMs }) => timeMs < ms)),
    items: content,
    follows: [],
  });
  return {
    ...{ seed, championToMs: at(36), heldOutFromMs: at(50) },
    ...{ learnedByChampion: until(at(36)), learned: until(at(50)), exam: until(at(61)) },
  };
}

const at = (day: number) => START.getTime() + day * DAY_MS;

function drawRows(simulation: Simulation, seed: number, likes: number): Row[] {
  const uniform = seededUniform(seed);
  const items = [...simulation.items()].map(({ itemId }) => ({
    itemId,
    from: uniform() < LATE_SHARE ? uniform() * 45 : 0,
  }));
  return [...simulation.users()].flatMap(({ userId }) => {
    const weights = items.map(({ itemId }) => Math.exp(TASTE * simulation.trueAffinity(userId, itemId)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return Array.from({ length: Math.ceil(likes * (0.4 + 1.2 * uniform())) }, (): Row => {
      let rest = uniform() * total;
      const item = items[weights.findIndex((weight) => (rest -= weight) <= 0)] ?? items[0]!;
      const day = item.from + (60 - item.from) * uniform();
      return { user: `key-${userId}`, item: item.itemId, type: 'like', value: Number.NaN, timeMs: at(day) };
    });
  });
}

interface Row {
  readonly user: string;
  readonly item: string;
  readonly type: string;
  readonly value: number;
  readonly timeMs: number;
}

function tableOf(rows: readonly Row[]): InteractionTable {
  const numbered = (pick: (row: Row) => string) => {
    const numbers = new Map<string, number>();
    const index = rows.map((row) => {
      const id = pick(row);
      if (!numbers.has(id)) numbers.set(id, numbers.size);
      return numbers.get(id)!;
    });
    return { ids: [...numbers.keys()], index };
  };
  const [users, items, types] = [
    numbered(({ user }) => user),
    numbered(({ item }) => item),
    numbered(({ type }) => type),
  ];
  return {
    ...{ users: users.ids, items: items.ids, types: types.ids },
    userIndex: Int32Array.from(users.index),
    itemIndex: Int32Array.from(items.index),
    type: Uint8Array.from(types.index),
    value: Float32Array.from(rows, ({ value }) => value),
    timeMs: Float64Array.from(rows, ({ timeMs }) => timeMs),
  };
}
