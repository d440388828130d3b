import type { Decision } from '../../domain/decision';
import type { SideEffect } from '../parts';

/** Counts what became of the slates of canaries and of production. */
export function canaryOutcomes({ outcomes }: { readonly outcomes: { slate(decision: Decision): void } }): SideEffect {
  return {
    name: 'side_effects/canary_outcomes',
    description: 'while there is a canary, counts slates, degraded ones and slow ones beside those of production',
    after: (decision) => outcomes.slate(decision),
  };
}
