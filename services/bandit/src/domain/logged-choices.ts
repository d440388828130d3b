import {
  type LoggedDecisions,
  type PolicyArm,
  type PolicyRules,
  selectionProbabilities,
  type TargetProbabilities,
} from '@attune/bandits';
import type { KnownSelection } from './policy-event';

/** A policy whose probabilities are asked for; undefined for the one that draws evenly. */
export interface TargetPolicy {
  readonly rules: PolicyRules;
  readonly arms: readonly PolicyArm[];
  readonly atMs: number;
}

/** Columns for the estimators, and what the target would do in each row. */
export interface LoggedChoices {
  readonly log: LoggedDecisions;
  readonly target: TargetProbabilities;
}

/** A choice with what the target would do there. [arms] in the order of the log's arm names. */
export interface JudgedChoice {
  readonly selection: KnownSelection;
  readonly probabilities: Float64Array;
}

/**
 * What the target would do where this was chosen; undefined where the log says nothing of it: the target may choose none of the arms that
 * were eligible, or some that could not be drawn, for instance since the policy was off. Whether a row is left out does not depend on what
 * was drawn, so that leaving it out biases nothing.
 */
export function judgeChoice(
  selection: KnownSelection,
  armNames: readonly string[],
  target: TargetPolicy | undefined,
): JudgedChoice | undefined {
  const eligible = selection.probabilities.map(({ arm }) => arm);
  const wanted = target === undefined ? evenly(eligible) : targetOf(selection, eligible, target);
  if (wanted.size === 0) return undefined;
  const isDrawable = selection.probabilities.every(({ arm, probability }) => probability > 0 || !wanted.get(arm));
  if (!isDrawable) return undefined;
  return { selection, probabilities: Float64Array.from(armNames, (name) => wanted.get(name) ?? 0) };
}

function evenly(eligible: readonly string[]): ReadonlyMap<string, number> {
  return new Map(eligible.map((arm) => [arm, 1 / eligible.length]));
}

function targetOf(
  { context }: KnownSelection,
  eligible: readonly string[],
  { rules, arms, atMs }: TargetPolicy,
): ReadonlyMap<string, number> {
  const open = arms.filter(({ state, status }) => status !== 'retired' && eligible.includes(state.arm));
  if (open.length === 0) return new Map();
  const probabilities = selectionProbabilities({ rules, arms: open, context, atMs });
  return new Map(open.map(({ state }, at) => [state.arm, probabilities[at]!]));
}

/** The columns of judged choices. contextCount: how many components each context has. */
export function columnsOf(
  choices: readonly JudgedChoice[],
  armNames: readonly string[],
  contextCount: number,
): LoggedChoices {
  const numberOf = new Map(armNames.map((name, at) => [name, at]));
  const log: LoggedDecisions = {
    actionCount: armNames.length,
    actions: Int32Array.from(choices, ({ selection }) => numberOf.get(selection.arm)!),
    propensities: Float64Array.from(choices, ({ selection }) => selection.propensity),
    rewards: Float64Array.from(choices, ({ selection }) => selection.reward),
    ...(contextCount === 0
      ? {}
      : { contexts: Float64Array.from(choices.flatMap(({ selection }) => selection.context)) }),
  };
  return { log, target: (row) => choices[row]!.probabilities };
}
