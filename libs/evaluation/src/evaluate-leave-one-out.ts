import type { EvaluateRequest } from './evaluation';
import { ItemGroupTable } from './item-group-table';
import type { Observation } from './observations';
import { placeOfQuestion, type QuestionItems } from './question-items';
import { placesOf } from './rank-items';
import { RankingTable } from './ranking-table';
import { lowerNaN, scoresOfPairs } from './score-blocks';
import type { TestUsers } from './test-users';

const QUESTIONS_AT_ONCE = 2_048;

/** What the questions give. */
export interface LeaveOneOut {
  readonly observations: readonly Observation[];
  readonly itemGroups: ItemGroupTable;
}

/** Ranks each held-out item among its negatives (He et al., Neural Collaborative Filtering, WWW 2017, section 4.1). */
export async function evaluateLeaveOneOut(
  { scorer, train, signal, onProgress }: EvaluateRequest,
  {
    asked,
    negatives,
    ks,
  }: { readonly asked: TestUsers; readonly negatives: QuestionItems; readonly ks: readonly number[] },
): Promise<LeaveOneOut> {
  const placeOf = placeOfQuestion(asked);
  const table = new RankingTable(asked.users.length, ks);
  const groups = new ItemGroupTable(train, asked.users.length, ks);
  const count = asked.items.length;
  for (let begin = 0; begin < count; begin += QUESTIONS_AT_ONCE) {
    const end = Math.min(count, begin + QUESTIONS_AT_ONCE);
    const pairs = pairsOf(asked, negatives, placeOf, begin, end);
    const scores = await scoresOfPairs({ scorer, signal, ...pairs });
    lowerNaN(scores);
    for (let question = begin, at = 0; question < end; question++) {
      const others = negatives.offsets[question + 1]! - negatives.offsets[question]!;
      const ranks = placesOf(scores.subarray(at, at + 1), scores.subarray(at + 1, at + 1 + others));
      table.add(placeOf[question]!, ranks, others + 1);
      groups.add(placeOf[question]!, asked.items.subarray(question, question + 1), ranks);
      at += others + 1;
    }
    onProgress?.(end / count);
  }
  return { observations: table.observations(), itemGroups: groups };
}

/** The pairs of some questions: the item to be found first, then its negatives. */
function pairsOf(asked: TestUsers, negatives: QuestionItems, placeOf: Int32Array, begin: number, end: number) {
  const length = end - begin + negatives.offsets[end]! - negatives.offsets[begin]!;
  const [users, items] = [new Int32Array(length), new Int32Array(length)];
  let at = 0;
  for (let question = begin; question < end; question++) {
    const others = negatives.items.subarray(negatives.offsets[question]!, negatives.offsets[question + 1]!);
    users.fill(asked.users[placeOf[question]!]!, at, at + 1 + others.length);
    items[at] = asked.items[question]!;
    items.set(others, at + 1);
    at += 1 + others.length;
  }
  return { users, items };
}
