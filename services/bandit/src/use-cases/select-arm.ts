import { checkContext, type SelectedArm, selectArm } from '@attune/bandits';
import { decidedAtMs } from '@attune/decision-ids';
import { AppError } from '@attune/errors';
import type { ArmProbability, Selection } from '../domain/policy-event';
import type { Clock, PolicyShelf, SelectionPublisher, ShelvedPolicy } from '../ports';
import { armSelected } from '../telemetry';

/** What is asked. */
export interface SelectArmQuestion {
  readonly policy: string;
  readonly context: readonly number[];
  /** Only among these arms; empty for all active ones. */
  readonly eligibleArms: readonly string[];
  /** Empty: one is made. */
  readonly decisionId: string;
}

/** A choice, and why the policy did not make it where it did not. */
export interface SelectArmAnswer extends Selection {
  readonly note: string;
}

/** What choosing needs. */
export interface SelectArmParts {
  readonly policies: PolicyShelf;
  readonly publisher: SelectionPublisher;
  readonly clock: Clock;
  readonly newDecisionId: (now: Date) => string;
  /** A number in [0, 1), uniform over ids and always the same for the same policy and id. */
  readonly uniformOf: (policy: string, decisionId: string) => number;
}

/**
 * Chooses an arm from memory, and hands the choice on to be recorded. Chance comes from the id of the decision, so that a call that is sent
 * again chooses the same as long as nothing was learned in between.
 */
export function makeSelectArm({ policies, publisher, clock, newDecisionId, uniformOf }: SelectArmParts) {
  return async (question: SelectArmQuestion): Promise<SelectArmAnswer> => {
    requireDecisionId(question.decisionId);
    const shelved = await policies.get(question.policy);
    const now = clock();
    const decisionId = question.decisionId === '' ? newDecisionId(now) : question.decisionId;
    const random = () => uniformOf(question.policy, decisionId);
    const chosen = choose(shelved, question, now.getTime(), random);
    const selection: Selection = {
      policy: question.policy,
      decisionId,
      ...chosen.choice,
      context: shelved.rules.contextNames.length === 0 ? [] : question.context,
      policyVersion: shelved.policy.version,
      selectedAt: now,
    };
    publisher.publish(selection, shelved.policy.assumeNothingAfterSeconds === 0);
    armSelected(selection);
    return { ...selection, note: chosen.note };
  };
}

interface Chosen {
  readonly choice: Pick<Selection, 'arm' | 'propensity' | 'probabilities'>;
  readonly note: string;
}

function choose(shelved: ShelvedPolicy, question: SelectArmQuestion, atMs: number, random: () => number): Chosen {
  const { policy, rules, arms } = shelved;
  const { context } = question;
  requireFinite(context);
  checkContext(rules, context);
  const eligible = eligibleArms(shelved, question.eligibleArms);
  if (!policy.isEnabled) return byDefault(shelved, eligible);
  const selected = selectArm({ rules, arms, context, eligible, atMs, random });
  const { arm } = selected;
  // sums of shares can be a rounding above 1, which no estimator takes
  const propensity = Math.min(1, selected.propensity);
  return { choice: { arm, propensity, probabilities: namedProbabilities(shelved, eligible, selected) }, note: '' };
}

/** A policy that is off gives its default arm, or the first that may be chosen where that one may not. */
function byDefault({ policy }: ShelvedPolicy, eligible: readonly string[]): Chosen {
  const arm = eligible.includes(policy.defaultArm) ? policy.defaultArm : eligible[0]!;
  const probabilities = eligible.map((name) => ({ arm: name, probability: name === arm ? 1 : 0 }));
  return { choice: { arm, propensity: 1, probabilities }, note: `policy "${policy.name}" is switched off` };
}

function namedProbabilities(
  { arms }: ShelvedPolicy,
  eligible: readonly string[],
  { probabilities }: SelectedArm,
): ArmProbability[] {
  return arms.flatMap(({ state }, at) =>
    eligible.includes(state.arm) ? [{ arm: state.arm, probability: probabilities[at]! }] : [],
  );
}

/** The active arms among those that are asked for: a caller may offer what this policy does not know. */
function eligibleArms({ policy }: ShelvedPolicy, asked: readonly string[]): readonly string[] {
  const active = policy.arms.flatMap(({ name, isActive }) => (isActive ? [name] : []));
  if (asked.length === 0) return active;
  const eligible = active.filter((name) => asked.includes(name));
  if (eligible.length > 0) return eligible;
  const description = `names no active arm of policy "${policy.name}": ${asked.join(', ')}; it has ${active.join(', ')}`;
  throw new AppError('invalid.eligible_arms', `eligible_arms ${description}`, {
    violations: [{ field: 'eligible_arms', description }],
  });
}

function requireFinite(context: readonly number[]): void {
  const at = context.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  const field = `context[${at}]`;
  const description = `is ${context[at]}: a finite number is needed`;
  throw new AppError('invalid.context', `${field} ${description}`, { violations: [{ field, description }] });
}

function requireDecisionId(decisionId: string): void {
  if (decisionId === '' || decidedAtMs(decisionId) !== undefined) return;
  const description = 'must be a UUID of version 7 in lower case, or empty';
  throw new AppError('invalid.decision_id', `decision_id ${description}`, {
    violations: [{ field: 'decision_id', description }],
  });
}
