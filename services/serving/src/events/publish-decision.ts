import { TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { injectTrace } from '@attune/telemetry';
import type { DecisionPublisher, WaitingDecisions } from '../decision-ports';
import type { Decision } from '../domain/decision';
import { decisionLost, decisionsAppended } from '../telemetry';
import { recordBytesOf } from './decision-to-proto';
import { EventBuffer } from './event-buffer';

/** What the publisher needs. */
export interface PublishDecisionParts {
  readonly eventLog: Pick<EventLog, 'append'>;
  /** The most records that may wait: what bounds the memory while the event log is away. */
  readonly maxWaiting: number;
  readonly logger: { warn(details: object, message: string): void };
}

/** Appends decision records to `decisions.v1`, without anybody waiting for it. */
export class DecisionBuffer implements DecisionPublisher, WaitingDecisions {
  readonly #buffer: EventBuffer;

  constructor(parts: PublishDecisionParts) {
    const what = { topic: TOPICS.decisions.name, what: 'decision records' };
    this.#buffer = new EventBuffer({ ...parts, ...what, onAppended: decisionsAppended, onLost: decisionLost });
  }

  get isFull(): boolean {
    return this.#buffer.isFull;
  }

  publish(decision: Decision): boolean {
    // no bytes are made of what cannot be kept
    if (this.isFull) decisionLost(1);
    return (
      !this.isFull &&
      this.#buffer.add({ key: decision.userId, value: recordBytesOf(decision), headers: injectTrace({}) })
    );
  }

  eraseOf(userId: string): Promise<number> {
    return this.#buffer.eraseOf(userId);
  }

  drain(timeoutMs: number): Promise<void> {
    return this.#buffer.drain(timeoutMs);
  }
}
