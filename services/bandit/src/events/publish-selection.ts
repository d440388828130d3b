import { TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { Selection } from '../domain/policy-event';
import type { SelectionPublisher } from '../ports';
import { selectionsLost } from '../telemetry';
import { dueBytes, selectionBytes } from './policy-event-proto';

const MAX_BATCH = 500;
/** A batch has a fixed price, in the log and in the fold, which those who choose would pay: so choices of this long travel together. */
const GATHER_MS = 25;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 5_000;

/** What the buffer needs. */
export interface SelectionBufferParts {
  readonly eventLog: Pick<EventLog, 'append'>;
  /** The most choices that may wait: what bounds the memory while the event log is away. */
  readonly maxWaiting: number;
  readonly logger: { warn(details: object, message: string): void };
}

/** A choice on its way to the log, and whether its outcome counts from then on. */
interface WaitingSelection {
  readonly selection: Selection;
  readonly isDue: boolean;
}

/**
 * Appends choices to `policies.v1` in batches, in the order in which they were made, and keeps them while the log is away. `drain` waits
 * until all of them are in the log. A choice that finds no room is answered all the same, and counted as lost: it teaches nothing.
 */
export class SelectionBuffer implements SelectionPublisher {
  readonly #waiting: WaitingSelection[] = [];
  #sending: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #isAbandoned = false;

  constructor(private readonly parts: SelectionBufferParts) {}

  publish(selection: Selection, isDue: boolean): void {
    if (this.#waiting.length >= this.parts.maxWaiting) {
      selectionsLost(1);
      return;
    }
    this.#waiting.push({ selection, isDue });
    this.#sending ??= this.#send();
  }

  /** Resolves when every choice is in the log. After `timeoutMs` it gives up and says how many were lost. */
  async drain(timeoutMs: number): Promise<void> {
    const giveUp = setTimeout(() => {
      this.#isAbandoned = true;
      this.#wake?.();
    }, timeoutMs);
    this.#wake?.();
    await this.#sending;
    clearTimeout(giveUp);
    const lost = this.#waiting.length;
    if (lost === 0) return;
    this.parts.logger.warn({ lost }, 'choices of policies were lost: the event log did not take them in time');
    selectionsLost(lost);
  }

  async #send(): Promise<void> {
    await this.#pause(GATHER_MS);
    let delayMs = FIRST_RETRY_MS;
    while (this.#waiting.length > 0 && !this.#isAbandoned) {
      const batch = this.#waiting.slice(0, MAX_BATCH);
      const records = recordsOf(batch);
      try {
        await this.parts.eventLog.append(TOPICS.policies.name, records);
        this.#waiting.splice(0, batch.length);
        delayMs = FIRST_RETRY_MS;
      } catch (err) {
        this.parts.logger.warn({ err, waiting: this.#waiting.length }, 'choices of policies wait for the event log');
        await this.#pause(delayMs);
        delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS);
      }
    }
    // In the turn that found nothing waiting: a choice that comes a moment later must not take this for one that will send it.
    this.#sending = undefined;
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The choices, and behind them, for each policy at once, those whose outcome counts from here on. */
function recordsOf(batch: readonly WaitingSelection[]) {
  const due = Map.groupBy(
    batch.filter(({ isDue }) => isDue),
    ({ selection }) => selection.policy,
  );
  return [
    ...batch.map(({ selection }) => ({ key: selection.policy, value: selectionBytes(selection) })),
    ...Array.from(due, ([policy, choices]) => {
      const decisionIds = choices.map(({ selection }) => selection.decisionId);
      return { key: policy, value: dueBytes(policy, decisionIds, choices.at(-1)!.selection.selectedAt) };
    }),
  ];
}
