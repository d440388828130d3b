import { evaluate, type Scorer } from '@attune/evaluation';
import {
  countShowings,
  type Interactions,
  type InteractionTable,
  keepRows,
  type Negatives,
} from '@attune/interactions';
import type { HoldOut } from '../../hold-out';
import { type ComparedTables, gainsByPart, type Part, type PartGain, partOf } from './check-segments';

/** By this the versions are compared: how often something chosen is above something left alone. */
const METRIC = 'auc';
const SEED = 1;

/** Whom to ask about what. */
export interface AmongShownRequest {
  readonly table: InteractionTable;
  readonly heldOutFromMs: number;
  readonly holdOut: HoldOut;
  readonly challenger: Scorer;
  readonly champion: Scorer;
  readonly partsOf: (users: Int32Array) => readonly Part[];
  readonly signal?: AbortSignal;
}

/** The gain over all who were asked, and in each part of them. */
export interface AmongShown {
  readonly all: PartGain;
  readonly parts: readonly PartGain[];
}

/**
 * Asks both versions which of the items that were on somebody's screen the user chose. Among all items the champion has the advantage: it
 * decided what there was to choose from. Among what it showed it has none; rather the challenger has, for what the champion chose lies close
 * together on the champion's own scale. Undefined where nobody was shown anything of which something was chosen and something was not.
 */
export async function compareAmongShown(request: AmongShownRequest): Promise<AmongShown | undefined> {
  const { table, heldOutFromMs, holdOut, partsOf, signal } = request;
  const shown = countShowings(keepRows(table, (row) => table.timeMs[row]! >= heldOutFromMs));
  const negatives = leftAlone(shown, holdOut);
  if (negatives.userIndex.length === 0) return undefined;
  const { training: train, test } = holdOut;
  const tableOf = async (scorer: Scorer) => {
    const question = { protocol: 'leave-one-out', train, test, negatives, detail: 'accuracy', seed: SEED } as const;
    return (await evaluate({ ...question, scorer, resamples: 1, ...(signal && { signal }) })).table;
  };
  const tables: ComparedTables = {
    ...{ name: 'all', challenger: await tableOf(request.challenger) },
    champion: await tableOf(request.champion),
  };
  const deciding = { metric: METRIC, isHigherBetter: true };
  const parts = partsOf(tables.challenger.users).map((part) => partOf(tables, part));
  return { all: gainsByPart([tables], deciding)[0]!, parts: gainsByPart(parts, deciding) };
}

/** For each question that was on the user's screen: what else was on it, was new to the user, and was not chosen. */
function leftAlone(shown: Interactions, { training, test }: HoldOut): Negatives {
  const [shownTo, knownTo, chosenBy] = [itemsByUser(shown), itemsByUser(training), itemsByUser(test)];
  const [users, questions, offsets, items]: [number[], number[], number[], number[]] = [[], [], [0], []];
  for (const [user, chosen] of chosenBy) {
    const seen = shownTo.get(user) ?? new Set();
    const left = [...seen].filter((item) => !chosen.has(item) && knownTo.get(user)?.has(item) !== true);
    if (left.length === 0) continue;
    for (const item of chosen) {
      if (!seen.has(item)) continue;
      users.push(user);
      questions.push(item);
      items.push(...left);
      offsets.push(items.length);
    }
  }
  return {
    ...{ userIndex: Int32Array.from(users), itemIndex: Int32Array.from(questions) },
    ...{ offsets: Int32Array.from(offsets), items: Int32Array.from(items) },
    ...{ droppedCount: 0, repeatedCount: 0 },
  };
}

function itemsByUser({ userIndex, itemIndex }: Interactions): Map<number, Set<number>> {
  const byUser = new Map<number, Set<number>>();
  userIndex.forEach((user, entry) => {
    const own = byUser.get(user);
    if (own === undefined) byUser.set(user, new Set([itemIndex[entry]!]));
    else own.add(itemIndex[entry]!);
  });
  return byUser;
}
