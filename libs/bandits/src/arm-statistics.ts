import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import studentQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { ArmState } from './arm-state';
import { evidenceFactor, evidenceTimeMs } from './forward-decay';
import type { PolicyRules } from './policy-rules';
import { rateBelief, valueBelief } from './value-belief';

/** What is known of an arm, for people. */
export interface ArmStatistics {
  readonly selectionCount: number;
  /** Outcomes with a reward; assumed no-rewards are not among them. */
  readonly rewardCount: number;
  /** The mean reward that is believed: the prior counts in it, and old outcomes less where there is a half-life. */
  readonly mean: number;
  /** The central 95 % credible interval of the mean. */
  readonly low: number;
  readonly high: number;
}

/** Counts, and the mean with its 95 % credible interval: Beta for thompson_beta, Student's (normal-inverse-gamma) for all others. */
export function armStatistics(rules: PolicyRules, state: ArmState, atMs: number): ArmStatistics {
  const { selectionCount, rewardCount } = state;
  const factor = evidenceFactor(rules.settings, state, evidenceTimeMs(rules.settings, [state], atMs));
  if (rules.kind === 'thompson_beta') {
    const { a, b } = rateBelief(rules, state, factor);
    const [low, high] = [betaQuantile(0.025, a, b), betaQuantile(0.975, a, b)];
    return { selectionCount, rewardCount, mean: a / (a + b), low, high };
  }
  const { mean, scale, degreesOfFreedom } = valueBelief(rules, state, factor);
  const half = studentQuantile(0.975, degreesOfFreedom) * scale;
  return { selectionCount, rewardCount, mean, low: mean - half, high: mean + half };
}
