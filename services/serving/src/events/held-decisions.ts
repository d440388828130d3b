import type { DecisionPublisher, WaitingDecisions } from '../decision-ports';
import type { Decision, ShadowOutcome } from '../domain/decision';
import type { DecisionHolder } from '../pipeline/side-effects/shadow-traffic';

/** Where decisions go when nothing is waited for any more. */
type Onward = DecisionPublisher & WaitingDecisions & { drain(timeoutMs: number): Promise<void> };

interface Held {
  readonly userId: string;
  published: Promise<void>;
}

/** Keeps a decision record back until the shadows have answered, and lets all others through at once. */
export class HeldDecisions implements DecisionPublisher, WaitingDecisions, DecisionHolder {
  /** What is to come, by decision, until its record is made. */
  readonly #awaited = new Map<string, Promise<readonly ShadowOutcome[]>>();
  readonly #held = new Set<Held>();

  constructor(private readonly onward: Onward) {}

  get isFull(): boolean {
    return this.onward.isFull;
  }

  hold(decisionId: string, shadows: Promise<readonly ShadowOutcome[]>): void {
    this.#awaited.set(decisionId, shadows);
    // A decision of which no record is made is waited for by nobody.
    const forget = () => void this.#awaited.delete(decisionId);
    shadows.then(forget, forget);
  }

  publish(decision: Decision): boolean {
    const awaited = this.#awaited.get(decision.decisionId);
    if (awaited === undefined) return this.onward.publish(decision);
    this.#awaited.delete(decision.decisionId);
    const entry: Held = { userId: decision.userId, published: Promise.resolve() };
    entry.published = this.#publishLater(decision, awaited, entry);
    this.#held.add(entry);
    return !this.onward.isFull;
  }

  async eraseOf(userId: string): Promise<number> {
    const dropped = [...this.#held].filter((entry) => entry.userId === userId);
    for (const entry of dropped) this.#held.delete(entry);
    return dropped.length + (await this.onward.eraseOf(userId));
  }

  /** Resolves when every record is in the log. After `timeoutMs` it gives up. */
  async drain(timeoutMs: number): Promise<void> {
    // The last answers may have gone out in this very turn; their records are made in the next.
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(Array.from(this.#held, ({ published }) => published));
    await this.onward.drain(timeoutMs);
  }

  async #publishLater(decision: Decision, awaited: Promise<readonly ShadowOutcome[]>, entry: Held): Promise<void> {
    const shadows = await awaited.catch(() => []);
    // What was erased meanwhile is not published.
    if (this.#held.delete(entry)) this.onward.publish({ ...decision, shadows });
  }
}
