import type { Rollout } from './experiment';
import type { Analysis } from './results/analysis';
import { breachText } from './results/recommend-action';
import type { GuardrailResult } from './results/results';

/** What is known of a rollout's present step. */
export interface RolloutStanding {
  readonly rollout: Rollout;
  readonly analysis: Pick<Analysis, 'sampleRatio' | 'guardrails'>;
  /** Units of the new variant that came since the step began. */
  readonly unitsInStep: number;
  readonly nowMs: number;
  /** Whether the version that is rolled out, if any, still serves. */
  readonly isServing: boolean;
}

/** What a rollout does next. */
export type RolloutDecision =
  | { readonly kind: 'hold'; readonly reason: string }
  | { readonly kind: 'advance'; readonly step: number; readonly share: number; readonly reason: string }
  | { readonly kind: 'complete'; readonly reason: string }
  | { readonly kind: 'roll_back'; readonly reason: string };

/**
 * What a rollout does next. A breached guardrail takes it back at once. It goes on when the step has lasted, enough units of the new
 * variant came in it, units come in the planned shares, and no guardrail looks worse than what is tolerated: one that does, without
 * being sure, is waited for.
 */
export function decideRollout({ rollout, analysis, unitsInStep, nowMs, isServing }: RolloutStanding): RolloutDecision {
  if (!isServing) {
    const name = `v${rollout.modelVersion} of model "${rollout.model}"`;
    return {
      kind: 'roll_back',
      reason: `${name} is no canary any more: a guardrail of serving or an operator took it back`,
    };
  }
  const breached = analysis.guardrails.filter(({ verdict }) => verdict === 'breached');
  if (breached.length > 0) return { kind: 'roll_back', reason: breached.map(breachText).join(', and ') };
  const waiting = waitsFor({ rollout, analysis, unitsInStep, nowMs });
  if (waiting !== undefined) return { kind: 'hold', reason: waiting };
  const step = rollout.step + 1;
  const share = rollout.steps[step];
  const seen = `${unitsInStep} units of the new variant came in step ${step} of ${rollout.steps.length}, and no guardrail is breached`;
  if (share === undefined) return { kind: 'complete', reason: seen };
  return { kind: 'advance', step, share, reason: seen };
}

function waitsFor({ rollout, analysis, unitsInStep, nowMs }: Omit<RolloutStanding, 'isServing'>): string | undefined {
  const secondsLeft = rollout.minStepSeconds - (nowMs - (rollout.stepStartedAtMs ?? nowMs)) / 1_000;
  if (secondsLeft > 0) return `the step lasts ${Math.ceil(secondsLeft)} seconds more`;
  if (unitsInStep < rollout.minUnits) return `${rollout.minUnits - unitsInStep} units of the new variant are missing`;
  if (analysis.sampleRatio.reason !== undefined) return analysis.sampleRatio.reason;
  const doubtful = analysis.guardrails.find(looksWorse);
  if (doubtful !== undefined)
    return `${doubtful.metric.name} looks worse than what is tolerated, which is not sure yet`;
  return undefined;
}

function looksWorse({ metric, lift, toleratedRelativeLoss }: GuardrailResult): boolean {
  if (lift === undefined) return false;
  return (metric.higherIsBetter ? lift : -lift) < -toleratedRelativeLoss;
}
