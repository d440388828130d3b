import type { ModelStage } from '../model-version';
import type { LearningSettings } from './learning-settings';

/** What is seen of a challenger while it is on trial. */
export interface TrialSight {
  readonly stage: 'shadow' | 'canary';
  readonly since: Date;
  /** Where the registry has the challenger now. */
  readonly registered: ModelStage;
  /** Why it was moved there last, and by whom. */
  readonly movedBecause: string;
  /** What serving says of the canary; absent where it cannot be asked. */
  readonly canary?: { readonly slates: number; readonly verdict: string; readonly reason: string };
  /** Why serving does not run it; absent where it does not say so. */
  readonly refusedBecause?: string;
  /** Alerts of monitoring about the challenger itself. */
  readonly alerts: readonly string[];
}

/** What becomes of a trial now. */
export type TrialDecision =
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'go_on'; readonly reason: string }
  | { readonly kind: 'reject'; readonly reason: string };

/**
 * Decides whether a challenger stays on trial, goes on, or ends. A canary that serving took back, or that is worse than production by a
 * guardrail, ends. Where nobody comes, the trial goes on by what was proved before: people are asked as long as they come, not for ever.
 */
export function decideTrial(sight: TrialSight, settings: LearningSettings, now: Date): TrialDecision {
  const { stage, registered, canary } = sight;
  if (registered !== stage) {
    const why = sight.movedBecause === '' ? 'no reason was given' : sight.movedBecause;
    return { kind: 'reject', reason: `it was taken from ${stage} to ${registered}: ${why}` };
  }
  if (canary?.verdict === 'rolled_back') return { kind: 'reject', reason: `serving took it back: ${canary.reason}` };
  if (sight.refusedBecause !== undefined)
    return { kind: 'reject', reason: `serving does not run it: ${sight.refusedBecause}` };
  if (sight.alerts.length > 0) return { kind: 'reject', reason: `monitoring: ${sight.alerts.join('; ')}` };
  const stoodMs = now.getTime() - sight.since.getTime();
  const [neededMs, stood] = [stage === 'shadow' ? settings.shadowMs : settings.canaryMs, minutes(stoodMs)];
  if (stoodMs < neededMs) return { kind: 'wait', reason: `${stage} for ${stood} of ${minutes(neededMs)}` };
  return stage === 'shadow'
    ? { kind: 'go_on', reason: `it was a shadow for ${stood} and nothing spoke against it` }
    : endOfCanary(sight, settings, stoodMs);
}

function endOfCanary({ canary }: TrialSight, settings: LearningSettings, stoodMs: number): TrialDecision {
  const { canaryLeastSlates, canaryMaxMs } = settings;
  const stood = minutes(stoodMs);
  const slates = canary?.slates ?? 0;
  if (canary !== undefined && slates >= canaryLeastSlates) {
    return { kind: 'go_on', reason: `${slates} slates in ${stood} as a canary, guardrails held: ${canary.reason}` };
  }
  const seen = canary === undefined ? 'serving says nothing of it' : `only ${slates} of ${canaryLeastSlates} slates`;
  if (stoodMs < canaryMaxMs) return { kind: 'wait', reason: `${seen} after ${stood} as a canary` };
  return { kind: 'go_on', reason: `${seen} after ${stood} as a canary: it goes on by what was proved before` };
}

const minutes = (ms: number) => `${(ms / 60_000).toFixed(ms < 600_000 ? 1 : 0)} min`;
