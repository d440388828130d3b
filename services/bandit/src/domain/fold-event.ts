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
 * A choice earned something. While its outcome is waited for, that is held: if it counted at once and its absence only later, whatever was
 * chosen lately would look too good. After that it corrects what counts. The sum is what counts; for clicks (thompson_beta) it is at most 1.
 */
export function foldEarned(rules: PolicyRules, states: ArmStates, selection: KnownSelection, reward: number): Folded {
  const { outcome, reward: fromReward } = selection;
  const toReward = Math.min(fromReward + reward, rules.kind === 'thompson_beta' ? 1 : MOST_REWARD);
  if (outcome === 'pending' || outcome === 'held') {
    return { states, selection: { ...selection, outcome: 'held', reward: toReward } };
  }
  const correction = { ...observed(rules, selection), fromReward, toReward, wasAssumed: outcome === 'assumed' };
  const after = correctReward(rules, stateOf(rules, states, selection.arm), correction);
  return { states: withState(states, after), selection: { ...selection, outcome: 'earned', reward: toReward } };
}

/** The waiting is over: what came counts, or 0 where nothing did. Says nothing of a choice whose outcome counts already. */
export function foldDue(rules: PolicyRules, states: ArmStates, selection: KnownSelection): Folded {
  const { outcome, reward } = selection;
  if (outcome === 'assumed' || outcome === 'earned') return { states, selection };
  const isAssumed = outcome === 'pending';
  const after = observeReward(rules, stateOf(rules, states, selection.arm), {
    ...observed(rules, selection),
    ...{ reward, isAssumed },
  });
  return { states: withState(states, after), selection: { ...selection, outcome: isAssumed ? 'assumed' : 'earned' } };
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
