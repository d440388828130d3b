import { AppError } from '@attune/errors';
import { type Interactions, type Negatives, userOffsets } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import type { TestUsers } from './test-users';

/** For each question, the items with which its item is ranked: `items[offsets[q] .. offsets[q + 1]]`. */
export interface QuestionItems {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
}

/** Of whom each question is asked, by place among the asked users. */
export function placeOfQuestion({ users, offsets, items }: TestUsers): Int32Array {
  const places = new Int32Array(items.length);
  for (let place = 0; place < users.length; place++) places.fill(place, offsets[place]!, offsets[place + 1]!);
  return places;
}

/** The questions for which negatives are listed, with them, and how many there are without. */
export function listedQuestions(
  asked: TestUsers,
  listed: Negatives,
): { readonly asked: TestUsers; readonly negatives: QuestionItems; readonly withoutNegatives: number } {
  const lineOf = new Map<string, number>();
  listed.userIndex.forEach((user, line) => {
    lineOf.set(`${user},${listed.itemIndex[line]}`, line);
  });
  const placeOf = placeOfQuestion(asked);
  const kept = {
    users: [] as number[],
    offsets: [0],
    items: [] as number[],
    entries: [] as number[],
    lines: [] as number[],
  };
  for (let question = 0; question < asked.items.length; question++) {
    const [user, item] = [asked.users[placeOf[question]!]!, asked.items[question]!];
    const line = lineOf.get(`${user},${item}`);
    if (line === undefined) continue;
    if (kept.users[kept.users.length - 1] !== user) kept.users.push(user);
    kept.items.push(item);
    kept.entries.push(asked.entries[question]!);
    kept.lines.push(line);
    kept.offsets[kept.users.length] = kept.items.length;
  }
  if (kept.items.length === 0) {
    throw new AppError(
      'invalid.negatives',
      'none of the listed negatives belongs to a test interaction: a line begins with (user,item) of the test file',
    );
  }
  return {
    asked: {
      users: Int32Array.from(kept.users),
      offsets: Int32Array.from(kept.offsets),
      items: Int32Array.from(kept.items),
      entries: Int32Array.from(kept.entries),
      alsoInTraining: asked.alsoInTraining,
    },
    negatives: gatherLines(listed, kept.lines),
    withoutNegatives: asked.items.length - kept.items.length,
  };
}

function gatherLines(listed: Negatives, lines: readonly number[]): QuestionItems {
  const rows = lines.map((line) => listed.items.subarray(listed.offsets[line]!, listed.offsets[line + 1]!));
  return packed(rows);
}

function packed(rows: readonly Int32Array[]): QuestionItems {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach((row, index) => {
    offsets[index + 1] = offsets[index]! + row.length;
  });
  const items = new Int32Array(offsets[rows.length]!);
  rows.forEach((row, index) => {
    items.set(row, offsets[index]!);
  });
  return { offsets, items };
}

/**
 * For each question, `count` distinct items by lot from those that the user has neither in the training nor in the test; all of
 * them where there are no more. What a user gets depends on the seed and the user alone.
 */
export function sampledNegatives(
  asked: TestUsers,
  { train, count, seed }: { readonly train: Interactions; readonly count: number; readonly seed: number },
): QuestionItems {
  const owned = userOffsets(train);
  const takenBy = new Int32Array(train.itemCount);
  const rows: Int32Array[] = [];
  let mark = 0;
  for (let place = 0; place < asked.users.length; place++) {
    const user = asked.users[place]!;
    const uniform = seededUniform(seed * 1_000_003 + user);
    const own = asked.items.subarray(asked.offsets[place]!, asked.offsets[place + 1]!);
    const used = train.itemIndex.subarray(owned[user]!, owned[user + 1]!);
    for (let question = 0; question < own.length; question++) {
      mark++;
      for (const item of used) takenBy[item] = mark;
      for (const item of own) takenBy[item] = mark;
      const free = train.itemCount - new Set([...used, ...own]).size;
      rows.push(drawFree(takenBy, mark, { wanted: Math.min(count, free), isMost: count * 2 > free, uniform }));
    }
  }
  return packed(rows);
}

function drawFree(
  takenBy: Int32Array,
  mark: number,
  { wanted, isMost, uniform }: { readonly wanted: number; readonly isMost: boolean; readonly uniform: () => number },
): Int32Array {
  const drawn = new Int32Array(wanted);
  if (isMost) {
    // drawing again and again would take long where little is free: shuffle what is
    const free = Int32Array.from(takenBy.keys()).filter((item) => takenBy[item] !== mark);
    for (let i = 0; i < wanted; i++) {
      const j = i + Math.floor(uniform() * (free.length - i));
      drawn[i] = free[j]!;
      free[j] = free[i]!;
    }
    return drawn;
  }
  for (let i = 0; i < wanted; ) {
    const item = Math.floor(uniform() * takenBy.length);
    if (takenBy[item] === mark) continue;
    takenBy[item] = mark;
    drawn[i++] = item;
  }
  return drawn;
}
