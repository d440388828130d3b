import type { Interactions } from '@attune/interactions';
import { ITEM_GROUPS, itemGroups } from './item-groups';
import type { Observation } from './observations';

/** Recall within groups of items: how many of a user's relevant items of a group are found. */
export class ItemGroupTable {
  readonly #groupOf: Uint8Array;
  readonly #ks: readonly number[];
  /** [groups]: [users] */
  readonly #relevant: readonly Float64Array[];
  /** [groups][ks]: [users] */
  readonly #found: readonly (readonly Float64Array[])[];

  constructor(train: Interactions, userCount: number, ks: readonly number[]) {
    this.#groupOf = itemGroups(train);
    this.#ks = ks;
    this.#relevant = ITEM_GROUPS.map(() => new Float64Array(userCount));
    this.#found = ITEM_GROUPS.map(() => ks.map(() => new Float64Array(userCount)));
  }

  /** The relevant items of the user at `place`, and their ranks in the same order. */
  add(place: number, relevant: Int32Array, ranks: Int32Array): void {
    for (let i = 0; i < relevant.length; i++) {
      const group = this.#groupOf[relevant[i]!]!;
      this.#relevant[group]![place]!++;
      for (let index = 0; index < this.#ks.length; index++) {
        if (ranks[i]! <= this.#ks[index]!) this.#found[group]![index]![place]!++;
      }
    }
  }

  /** By group: recall@k as a mean over the users who have relevant items of the group. */
  observations(): readonly { readonly label: string; readonly observations: readonly Observation[] }[] {
    return ITEM_GROUPS.map((label, group) => {
      const relevant = this.#relevant[group]!;
      const denominator = relevant.map((count) => (count > 0 ? 1 : 0));
      const observations = this.#ks.map((k, index): Observation => {
        const numerator = this.#found[group]![index]!.map((found, user) => (found === 0 ? 0 : found / relevant[user]!));
        return { name: `recall@${k}`, numerator, denominator, finish: 'ratio' };
      });
      return { label, observations };
    });
  }
}
