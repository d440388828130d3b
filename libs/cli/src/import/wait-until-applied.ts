import type { CliContext } from '../context';
import { sendPatiently } from './send-in-order';

const POLL_MS = 100;
const PATIENCE_MS = 10 * 60_000;

/** Waits until history, features and the seen filter know everything that was accepted. Resolves to the seconds it took. */
export async function waitUntilApplied(context: CliContext, signal: AbortSignal): Promise<number> {
  const store = context.client('feature-store');
  const serving = context.client('serving');
  const startedAt = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const [stats, state] = await sendPatiently(
      () => Promise.all([store.getStoreStats({}, { signal }), serving.getServingState({}, { signal })]),
      { patienceMs: PATIENCE_MS, signal },
    );
    const pending = Math.max(stats.pendingCount, state.pendingCount);
    if (pending === 0) break;
    context.output.progress(`applying: ${pending} interactions are on their way`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  context.output.progressEnd();
  return (performance.now() - startedAt) / 1000;
}
