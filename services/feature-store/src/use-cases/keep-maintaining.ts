import type { HistoryArchive } from '../history-ports';
import type { CallOptions } from '../ports';

/** What keeping something maintained needs. */
export interface KeepMaintainingNeeds {
  readonly everyMs: number;
  /** Runs a round where no other process does. */
  readonly lead: HistoryArchive['lead'];
  /** What a round does, one after the other; one that fails does not keep the next from its turn. */
  readonly works: readonly ((options: CallOptions) => Promise<void>)[];
  readonly onFailure: (error: unknown) => void;
}

/** Does a round of work now and every so often, in one process of all; disposing it ends the round in hand. */
export function keepMaintaining({ everyMs, lead, works, onFailure }: KeepMaintainingNeeds): AsyncDisposable {
  const stopping = new AbortController();
  const { signal } = stopping;
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      if (!signal.aborted) await work();
    } catch (error) {
      if (!signal.aborted) onFailure(error);
    }
  };
  const round = () =>
    attempt(() =>
      lead(async () => {
        for (const work of works) await attempt(() => work({ signal }));
      }),
    );
  let running: Promise<void> | undefined;
  const start = () => {
    running ??= round().finally(() => {
      running = undefined;
    });
  };
  start();
  const timer = setInterval(start, everyMs).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
