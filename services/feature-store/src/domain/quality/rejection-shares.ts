/** When a producer counts as bad. */
export interface BadProducerRule {
  /** From which share of rejected events on, from 0 to 1. */
  readonly rejectedShare: number;
  /** Of at least so many events. */
  readonly minEvents: number;
  /** Within so long. */
  readonly windowMs: number;
}

/** A producer whose events are rejected too often. */
export interface BadProducer {
  readonly producer: string;
  readonly rejectedCount: number;
  readonly eventCount: number;
}

interface Window {
  startMs: number;
  rejected: number;
  events: number;
  rejectedBefore: number;
  eventsBefore: number;
}

const MAX_PRODUCERS = 1_000;

/**
 * The share of rejected events per producer over a sliding window: the counts of the running window, and those of the window
 * before it by the share of it that is not over yet. Each process judges by what came to it.
 */
export class RejectionShares {
  readonly #rule: BadProducerRule;
  readonly #windows = new Map<string, Window>();

  constructor(rule: BadProducerRule) {
    this.#rule = rule;
  }

  /** Counts a batch that was answered. */
  add(producer: string, counts: { readonly events: number; readonly rejected: number }, nowMs: number): void {
    const window = this.#windowOf(producer, nowMs);
    if (window === undefined) return;
    window.events += counts.events;
    window.rejected += counts.rejected;
  }

  /** The producers that are bad at this moment. What is forgotten by now is let go of. */
  bad(nowMs: number): readonly BadProducer[] {
    const bad: BadProducer[] = [];
    for (const [producer, window] of this.#windows) {
      this.#slide(window, nowMs);
      if (window.events + window.eventsBefore === 0) {
        this.#windows.delete(producer);
        continue;
      }
      const left = Math.max(0, 1 - (nowMs - window.startMs) / this.#rule.windowMs);
      const eventCount = Math.round(window.events + left * window.eventsBefore);
      const rejectedCount = Math.round(window.rejected + left * window.rejectedBefore);
      if (eventCount < this.#rule.minEvents || rejectedCount < this.#rule.rejectedShare * eventCount) continue;
      bad.push({ producer, rejectedCount, eventCount });
    }
    return bad;
  }

  /** Forgets what a producer sent, so that it begins anew. */
  forget(producer: string): void {
    this.#windows.delete(producer);
  }

  #windowOf(producer: string, nowMs: number): Window | undefined {
    const known = this.#windows.get(producer);
    if (known !== undefined) {
      this.#slide(known, nowMs);
      return known;
    }
    if (this.#windows.size >= MAX_PRODUCERS) return undefined;
    const fresh = { startMs: nowMs, rejected: 0, events: 0, rejectedBefore: 0, eventsBefore: 0 };
    this.#windows.set(producer, fresh);
    return fresh;
  }

  #slide(window: Window, nowMs: number): void {
    const passed = Math.floor((nowMs - window.startMs) / this.#rule.windowMs);
    if (passed < 1) return;
    window.rejectedBefore = passed === 1 ? window.rejected : 0;
    window.eventsBefore = passed === 1 ? window.events : 0;
    window.rejected = 0;
    window.events = 0;
    window.startMs += passed * this.#rule.windowMs;
  }
}
