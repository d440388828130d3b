import type { CliContext } from './context';

const LONGEST = 48;
/** Nobody waits longer for titles than for what they are beside. */
const DEADLINE_MS = 1_000;

/** Titles for people to read; what cannot be had is left out, because ids alone are an answer too. */
export async function itemTitles(
  context: CliContext,
  items: readonly { readonly itemId: string }[],
): Promise<ReadonlyMap<string, string>> {
  if (items.length === 0) return new Map();
  try {
    const ids = items.slice(0, 1000).map((item) => item.itemId);
    const { items: known } = await context
      .client('feature-store')
      .getItems({ itemIds: ids }, { deadlineMs: DEADLINE_MS });
    return new Map(known.map((item) => [item.itemId, shortened(item.title || item.text)]));
  } catch {
    return new Map();
  }
}

function shortened(title: string): string {
  const line = title.replace(/\s+/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
