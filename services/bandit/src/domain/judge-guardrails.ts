import { proportionInterval } from '@attune/statistics';
import type { Policy } from './policy';

/** Over so long an arm is judged: the shortest finds at once what went bad just now, the longest what is a little too much. */
export const JUDGED_WINDOWS_SECONDS: readonly number[] = [300, 3_600, 86_400];

/** What followed an arm's choices of a window. */
export interface WatchedArm {
  readonly arm: string;
  readonly windowSeconds: number;
  readonly selections: number;
  readonly hits: Readonly<Record<string, number>>;
}

/** An arm that a guardrail holds from now on, and why, in a sentence. */
export interface Breach {
  readonly arm: string;
  readonly reason: string;
}

/** Two-sided, so that a sound arm is held by chance in one of a thousand looks at independent choices. */
const CONFIDENCE = 0.998;

/**
 * The arms that must be held at the floor: the lower end of Wilson's interval of the share of choices that something bad followed is above
 * what is allowed, in any window with enough choices. Arms that are held already, or retired, are left alone.
 */
export function judgeGuardrails(policy: Policy, watched: readonly WatchedArm[]): Breach[] {
  const free = policy.arms.filter(({ isActive, restrainedBecause }) => isActive && restrainedBecause === '');
  return free.flatMap(({ name }) => {
    const reason = watched
      .filter(({ arm }) => arm === name)
      .map((one) => breachOf(policy, one))
      .find((found) => found !== undefined);
    return reason === undefined ? [] : [{ arm: name, reason }];
  });
}

function breachOf({ guardrails }: Policy, { windowSeconds, selections, hits }: WatchedArm): string | undefined {
  for (const { interactionType, maxRate, minSelections } of guardrails) {
    const successes = Math.min(selections, hits[interactionType] ?? 0);
    if (selections < minSelections || successes === 0) continue;
    const { low } = proportionInterval({ successes, count: selections }, CONFIDENCE);
    if (low <= maxRate) continue;
    const share = `${percent(successes / selections)} of ${selections} choices within ${windowSeconds / 60} minutes`;
    return `${share} were followed by ${interactionType}, at least ${percent(low)} beyond chance; ${percent(maxRate)} are allowed`;
  }
  return undefined;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
