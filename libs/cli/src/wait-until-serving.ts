import type { common } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import type { CliContext } from './context';

const POLL_MS = 100;
const PATIENCE_MS = 15_000;

/**
 * Waits until serving answers with promoted versions: promotion is known in the registry at once, and serving loads, checks and
 * warms the artifact first. Answers a remark for people where that did not happen.
 */
export async function waitUntilServing(
  context: CliContext,
  promoted: readonly common.ModelRef[],
): Promise<string | undefined> {
  const client = context.client('serving');
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const { models, refused } = await client.getServingState({});
      const loaded = new Set(models.map(({ ref }) => ref?.digest));
      const missing = promoted.filter(({ digest }) => !loaded.has(digest));
      if (missing.length === 0) return undefined;
      const no = refused.find(({ ref }) => missing.some(({ digest }) => digest === ref?.digest));
      if (no !== undefined) return `serving refused ${no.ref?.name} v${no.ref?.version}: ${no.problem?.message}`;
    } catch (error) {
      if (!isAppError(error, 'unavailable')) throw error;
    }
    if (Date.now() > giveUpAt)
      return 'serving has not loaded the new versions yet; scripts/attune status shows what it serves';
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
