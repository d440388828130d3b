import { ESTIMATORS, type EstimatorName, evaluateOffPolicy, type OffPolicyReport } from '@attune/bandits';
import { AppError } from '@attune/errors';
import { columnsOf, type JudgedChoice, judgeChoice, type TargetPolicy } from '../domain/logged-choices';
import type { Policy } from '../domain/policy';
import type { KnownSelection } from '../domain/policy-event';
import type { Clock, LoggedSelections, PolicyShelf } from '../ports';

/** What is asked. */
export interface EvaluatePolicyQuestion {
  readonly policy: string;
  /** Empty for the policy that draws evenly. */
  readonly targetPolicy: string;
  /** Empty for all. */
  readonly estimators: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
}

/** The newest so many decisions are used: more say little more, and take the time of those who choose. */
const MOST_DECISIONS = 20_000;
/** After so many rows others get their turn. */
const ROWS_AT_ONCE = 10;

/** What evaluation needs. */
export interface EvaluatePolicyParts {
  readonly policies: PolicyShelf;
  readonly selections: LoggedSelections;
  readonly clock: Clock;
  /** Lets others have their turn. */
  readonly pause: (signal: AbortSignal) => Promise<void>;
}

/** Estimates from logged decisions what another policy, as it is now, would have earned; or says why the log cannot answer. */
export function makeEvaluatePolicy(parts: EvaluatePolicyParts) {
  return async (
    question: EvaluatePolicyQuestion,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<OffPolicyReport> => {
    const estimators = estimatorsOf(question.estimators);
    await parts.policies.all();
    const { policy } = await parts.policies.get(question.policy);
    const target = await targetOf(parts, policy, question.targetPolicy);
    const now = parts.clock();
    const selections = await parts.selections.resolved({
      ...{ policy: policy.name, to: question.to ?? now, limit: MOST_DECISIONS },
      resolvedBefore: new Date(now.getTime() - policy.rewardWindowSeconds * 1_000),
      ...(question.from === undefined ? {} : { from: question.from }),
    });
    const armNames = [...new Set([...policy.arms.map(({ name }) => name), ...selections.map(({ arm }) => arm)])];
    const choices = await judge(parts, { selections, armNames, target }, signal);
    if (choices.length === 0) throw nothingLogged(policy.name, selections.length);
    return evaluateOffPolicy({ ...columnsOf(choices, armNames, policy.contextNames.length), estimators });
  };
}

async function judge(
  { pause }: EvaluatePolicyParts,
  rows: {
    readonly selections: readonly KnownSelection[];
    readonly armNames: readonly string[];
    readonly target: TargetPolicy | undefined;
  },
  signal: AbortSignal,
): Promise<JudgedChoice[]> {
  const choices: JudgedChoice[] = [];
  for (const [at, selection] of rows.selections.entries()) {
    if (at % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await pause(signal);
    const judged = judgeChoice(selection, rows.armNames, rows.target);
    if (judged !== undefined) choices.push(judged);
  }
  return choices;
}

async function targetOf(
  { policies, clock }: EvaluatePolicyParts,
  logged: Policy,
  name: string,
): Promise<TargetPolicy | undefined> {
  if (name === '') return undefined;
  const { policy, rules, arms } = await policies.get(name);
  const known = new Set(logged.arms.map((arm) => arm.name));
  const strange = policy.arms.filter((arm) => arm.isActive && !known.has(arm.name)).map((arm) => arm.name);
  if (strange.length > 0) {
    const message = `policy "${name}" chooses arms that policy "${logged.name}" never had: ${strange.join(', ')}`;
    throw new AppError('failed_precondition.target_arms', `${message}; the log says nothing of them`);
  }
  const needs = rules.contextNames;
  if (needs.length > 0 && needs.join() !== logged.contextNames.join()) {
    const message = `policy "${name}" looks at ${needs.join(', ')}, and policy "${logged.name}" recorded`;
    throw new AppError(
      'failed_precondition.target_context',
      `${message} ${logged.contextNames.join(', ') || 'nothing'}`,
    );
  }
  return { rules, arms, atMs: clock().getTime() };
}

function estimatorsOf(asked: readonly string[]): readonly EstimatorName[] {
  const unknown = asked.filter((name) => !(ESTIMATORS as readonly string[]).includes(name));
  if (unknown.length === 0) return asked as readonly EstimatorName[];
  const description = `has ${unknown.join(', ')}; use ${ESTIMATORS.join(', ')}`;
  throw new AppError('invalid.estimators', `estimators ${description}`, {
    violations: [{ field: 'estimators', description }],
  });
}

function nothingLogged(policy: string, found: number): AppError {
  const why =
    found === 0
      ? 'has no decisions in that time whose outcome is known'
      : `has ${found} decisions in that time, and in none of them could all be drawn that the target may choose`;
  return new AppError('failed_precondition.no_decisions', `policy "${policy}" ${why}`);
}
