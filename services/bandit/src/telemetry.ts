import { meter } from '@attune/telemetry';
import type { NewChange } from './domain/policy';
import type { OutcomeEvent, Selection } from './domain/policy-event';

const bandit = meter('attune.bandit');

const selections = bandit.counter('attune.bandit.selections', {
  unit: '{selection}',
  description: 'Choices, by policy and arm',
});
const lost = bandit.counter('attune.bandit.selections_lost', {
  unit: '{selection}',
  description: 'Choices that were answered and could not be recorded',
});
const outcomes = bandit.counter('attune.bandit.outcomes', {
  unit: '{outcome}',
  description: 'Rewards and hits of guardrails that were written down, by policy and kind',
});
const parked = bandit.counter('attune.bandit.interactions_parked', {
  unit: '{interaction}',
  description: 'Interactions that came before the choice that they are about',
});
const folded = bandit.counter('attune.bandit.events_folded', {
  unit: '{event}',
  description: 'What events of policies say of single choices and was folded, by whether it changed anything',
});
const changes = bandit.counter('attune.bandit.policy_changes', {
  unit: '{change}',
  description: 'Changes of policies, by kind',
});

/** An arm was chosen. */
export function armSelected({ policy, arm }: Selection): void {
  selections.add(1, { policy, arm });
}

/** Choices were answered and are not on record: the log was away for too long. */
export function selectionsLost(count: number): void {
  lost.add(count);
}

/** Rewards and hits were written down that were not there before. */
export function rewardsCounted(added: readonly OutcomeEvent[]): void {
  for (const { policy, kind } of added) outcomes.add(1, { policy, kind });
}

/** Interactions wait for their choices. */
export function interactionsParked(count: number): void {
  if (count > 0) parked.add(count);
}

/** A batch was folded. */
export function eventsFolded(changed: number, repeated: number): void {
  folded.add(changed, { effect: 'changed' });
  folded.add(repeated, { effect: 'none' });
}

/** A policy was changed by somebody, or by a guardrail. */
export function policyChanged({ change }: Pick<NewChange, 'change'>): void {
  changes.add(1, { change });
}
