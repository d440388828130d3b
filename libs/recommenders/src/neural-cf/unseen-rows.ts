import { type Interactions, itemCounts, userOffsets } from '@attune/interactions';
import type { NcfWeights } from './ncf-weights';

/** Items with so few interactions, as a share of all that have any, stand for those that have none. */
const RARE_SHARE = 0.1;

/**
 * Gives users and items that the training did not see rows that say what is known of them: a user the mean of all users' vectors
 * (so everybody's taste), an item the mean of the rarest tenth of the items (so a cold item is scored as a rare one). Untrained rows
 * would be noise. Changes the tables.
 */
export function fillUnseenRows({ gmf, mlp }: NcfWeights, interactions: Interactions): void {
  const offsets = userOffsets(interactions);
  const userSizes = Int32Array.from({ length: interactions.userCount }, (_, u) => offsets[u + 1]! - offsets[u]!);
  const itemSizes = itemCounts(interactions);
  for (const part of [gmf, mlp]) {
    if (part === undefined) continue;
    fill(part.users, part.width, userSizes, seen(userSizes));
    fill(part.items, part.width, itemSizes, rarest(itemSizes));
  }
}

function seen(sizes: Int32Array): Int32Array {
  return Int32Array.from(sizes.keys()).filter((row) => sizes[row]! > 0);
}

function rarest(sizes: Int32Array): Int32Array {
  const rows = seen(sizes).sort((a, b) => sizes[a]! - sizes[b]! || a - b);
  return rows.subarray(0, Math.ceil(rows.length * RARE_SHARE));
}

/** Rows of size 0 become the mean of `examples`. */
function fill(table: Float32Array, width: number, sizes: Int32Array, examples: Int32Array): void {
  if (examples.length === 0 || !sizes.includes(0)) return;
  const mean = new Float64Array(width);
  for (const row of examples) {
    for (let k = 0; k < width; k++) mean[k]! += table[row * width + k]! / examples.length;
  }
  for (const [row, size] of sizes.entries()) if (size === 0) table.set(mean, row * width);
}
