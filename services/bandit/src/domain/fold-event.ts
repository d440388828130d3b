import {
  type ArmState,
  correctReward,
  emptyArmState,
  observeReward,
  observeSelection,
  type PolicyRules,
} from '@attune/bandits';
import type { KnownSelection, Selection } from './policy-event';

/** What is known of the arms of one policy, by name. */
export type ArmStates = ReadonlyMap<string, ArmState>;

/** What an event made of the arms, and of the choice that it is about. */
export interface Folded {
  readonly states: ArmStates;
  readonly selection: KnownSelection;
}

/** An arm was chosen, for the first time under this id. */
export function foldSelected(rules: PolicyRules, states: ArmStates, selection: Selection): Folded {
  const state = stateOf(rules, states, selection.arm);
  return {
    states: withState(states, observeSelection(state)),
    selection: { ...selection, outcome: 'pending', reward: 0, hits: [] },
  };
}

/**
 * A choice earned something: its first reward, one that corrects the nothing that was assumed, or one more. The sum is what counts; for
 * clicks (thompson_beta) it is at most 1.
 */
export function foldEarned(rules: PolicyRules, states: ArmStates, selection: KnownSelection, reward: number): Folded {
  const { outcome, reward: fromReward } = selection;
  const toReward = Math.min(fromReward + reward, rules.kind === 'thompson_beta' ? 1 : MOST_REWARD);
  const at = observed(rules, selection);
  const state = stateOf(rules, states, selection.arm);
  const after =
    outcome === 'pending'
      ? observeReward(rules, state, { ...at, reward: toReward })
      : correctReward(rules, state, { ...at, fromReward, toReward, wasAssumed: outcome === 'assumed' });
  return { states: withState(states, after), selection: { ...selection, outcome: 'earned', reward: toReward } };
}

/** Nothing came of a choice in time. Says nothing of a choice whose outcome is known. */
export function foldNothing(rules: PolicyRules, states: ArmStates, selection: KnownSelection): Folded {
  if (selection.outcome !== 'pending') return { states, selection };
  const observation = { ...observed(rules, selection), reward: 0, isAssumed: true };
  const after = observeReward(rules, stateOf(rules, states, selection.arm), observation);
  return { states: withState(states, after), selection: { ...selection, outcome: 'assumed' } };
}

/** What the library takes as the largest reward. */
const MOST_REWARD = 1e12;

function observed(rules: PolicyRules, { selectedAt, context }: Selection) {
  return { decidedAtMs: selectedAt.getTime(), ...(rules.contextNames.length > 0 ? { context } : {}) };
}

function stateOf(rules: PolicyRules, states: ArmStates, arm: string): ArmState {
  return states.get(arm) ?? emptyArmState(rules, arm);
}

function withState(states: ArmStates, state: ArmState): ArmStates {
  return new Map(states).set(state.arm, state);
}
