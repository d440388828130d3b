import type { Logger } from '@attune/telemetry';
import { within } from './stack';

/** One thing without which a service cannot serve. */
export interface Probe {
  readonly name: string;
  /** Rejects when the dependency does not answer. */
  check(): Promise<unknown>;
}

/** What the watch needs; times in milliseconds. */
export interface ReadinessOptions {
  readonly probes: readonly Probe[];
  readonly logger: Logger;
  /** Hears of every change: whether the service can serve. */
  readonly onChange: (isReady: boolean) => void;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  /** How many rounds in a row a probe must fail before the service counts as not ready; one good round ends that. */
  readonly failuresToGiveUp?: number;
}

/** A running watch. */
export interface ReadinessWatch extends Disposable {
  /** Does one round now, besides those on the clock. */
  round(): Promise<void>;
}

/** Asks every dependency again and again, and tells when the service stops or starts being able to serve. */
export function watchReadiness(options: ReadinessOptions): ReadinessWatch {
  const { probes, logger, onChange, intervalMs = 2_000, timeoutMs = 1_500, failuresToGiveUp = 3 } = options;
  const failuresInRow = new Map<string, number>();
  let isReady = true;
  let current: Promise<void> | undefined;
  let isStopped = false;

  const ask = async ({ name, check }: Probe) => {
    try {
      await within(timeoutMs, async () => check());
      failuresInRow.delete(name);
    } catch (err) {
      const failures = (failuresInRow.get(name) ?? 0) + 1;
      failuresInRow.set(name, failures);
      if (failures === 1) logger.warn({ err, dependency: name }, 'a dependency does not answer');
    }
  };
  const oneRound = async () => {
    await Promise.all(probes.map(ask));
    const down = [...failuresInRow].filter(([, failures]) => failures >= failuresToGiveUp).map(([name]) => name);
    if (isStopped || (down.length === 0) === isReady) return;
    isReady = down.length === 0;
    if (isReady) logger.info({}, 'every dependency answers again: serving');
    else logger.error({ dependencies: down }, 'dependencies are down: not serving');
    onChange(isReady);
  };
  const round = () => {
    current ??= oneRound().finally(() => {
      current = undefined;
    });
    return current;
  };

  const timer = setInterval(() => void round(), intervalMs).unref();
  return {
    round,
    [Symbol.dispose]: () => {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
