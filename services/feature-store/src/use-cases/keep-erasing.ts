import type { Erasures } from '../erasure-ports';
import type { CallOptions } from '../ports';
import { erasureFailed } from '../telemetry';
import type { RunErasure } from './run-erasure';

const LOOK_EVERY_MS = 5_000;

interface Needs {
  readonly erasures: Erasures;
  readonly runErasure: RunErasure;
  readonly pause: (ms: number, options: CallOptions) => Promise<void>;
  readonly onFailure: (erasureId: string, error: unknown) => void;
}

/** Erasures that run in this process. */
export interface Erasing {
  /** Begins an erasure, if this process does not run it yet. */
  wake(erasureId: string): void;
  /** Resolves when nothing runs here any more; for after the signal was aborted. */
  readonly ended: Promise<void>;
}

/** Brings every erasure to its end: those that are asked for here, and those that another process did not live to end. */
export function keepErasing({ erasures, runErasure, pause, onFailure }: Needs, signal: AbortSignal): Erasing {
  const running = new Map<string, Promise<void>>();
  const wake = (erasureId: string) => {
    if (signal.aborted || running.has(erasureId)) return;
    const run = runErasure(erasureId, { signal })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        erasureFailed(error);
        onFailure(erasureId, error);
      })
      .finally(() => running.delete(erasureId));
    running.set(erasureId, run);
  };
  const look = async () => {
    while (!signal.aborted) {
      const open = await erasures.open({ signal }).catch(() => []);
      for (const erasureId of open) wake(erasureId);
      await pause(LOOK_EVERY_MS, { signal });
    }
    await Promise.all(running.values());
  };
  return { wake, ended: look() };
}
