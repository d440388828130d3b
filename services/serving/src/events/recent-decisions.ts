import { LRUCache } from 'lru-cache';
import type { Decision } from '../domain/decision';
import type { RecentDecisions } from '../ports';

/** A record is stored about a second after its slate was served; while the event log is away, later. */
const KEPT_MS = 120_000;

/** Remembers the last decisions of this process for a while, so that a slate can be explained at once. */
export class RecentDecisionMemory implements RecentDecisions {
  readonly #decisions: LRUCache<string, Decision>;

  constructor(maxDecisions: number) {
    this.#decisions = new LRUCache({ max: maxDecisions, ttl: KEPT_MS });
  }

  find(decisionId: string): Decision | undefined {
    return this.#decisions.get(decisionId);
  }

  keep(decision: Decision): void {
    this.#decisions.set(decision.decisionId, decision);
  }

  /** Drops everything about a user. */
  forget(userId: string): void {
    for (const [decisionId, decision] of this.#decisions.entries()) {
      if (decision.userId === userId) this.#decisions.delete(decisionId);
    }
  }
}
