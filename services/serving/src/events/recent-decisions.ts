import { type events, TOPIC_CODECS } from '@attune/contracts';
import { LRUCache } from 'lru-cache';
import type { RecentDecisions } from '../decision-ports';
import type { Decision } from '../domain/decision';
import { recordBytesOf } from './decision-to-proto';

/** A record is stored about a second after its slate was served; while the event log is away, later. */
const KEPT_MS = 120_000;

interface Kept {
  readonly userId: string;
  readonly record: Uint8Array;
}

/**
 * Remembers the last decisions of this process for a while, so that a slate can be explained at once. As the bytes of their records:
 * as objects thousands of decisions are millions of objects, which the garbage collector looks at again and again.
 */
export class RecentDecisionMemory implements RecentDecisions {
  readonly #decisions: LRUCache<string, Kept>;

  constructor(
    maxDecisions: number,
    private readonly decisionOf: (record: events.DecisionRecord) => Decision,
  ) {
    this.#decisions = new LRUCache({ max: maxDecisions, ttl: KEPT_MS });
  }

  find(decisionId: string): Decision | undefined {
    const kept = this.#decisions.get(decisionId);
    return kept && this.decisionOf(TOPIC_CODECS.decisions.decode(kept.record).decision!);
  }

  keep(decision: Decision): void {
    this.#decisions.set(decision.decisionId, { userId: decision.userId, record: recordBytesOf(decision) });
  }

  /** Drops everything about a user. */
  forget(userId: string): void {
    for (const [decisionId, kept] of this.#decisions.entries()) {
      if (kept.userId === userId) this.#decisions.delete(decisionId);
    }
  }
}
