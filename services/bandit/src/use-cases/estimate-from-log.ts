import { evaluateOffPolicy, type OffPolicyReport } from '@attune/bandits';
import { AppError } from '@attune/errors';
import { columnsOf, judgeChoice } from '../domain/logged-choices';
import type { EvaluationTask, LoggedSelections } from '../evaluation-ports';

/** The newest so many decisions are used: more say little more. */
const MOST_DECISIONS = 20_000;

/** Reads logged choices and estimates what the target would have earned with them. Takes a while without a pause: not for an event loop. */
export function makeEstimateFromLog({ selections }: { readonly selections: LoggedSelections }) {
  return async (task: EvaluationTask): Promise<OffPolicyReport> => {
    const { policy, target, estimators, contextCount } = task;
    const read = await selections.resolved({ ...task.choices, policy, limit: MOST_DECISIONS });
    const armNames = [...new Set([...task.armNames, ...read.map(({ arm }) => arm)])];
    const choices = read.flatMap((selection) => judgeChoice(selection, armNames, target) ?? []);
    if (choices.length === 0) throw nothingLogged(policy, read.length);
    return evaluateOffPolicy({ ...columnsOf(choices, armNames, contextCount), estimators });
  };
}

function nothingLogged(policy: string, found: number): AppError {
  const why =
    found === 0
      ? 'has no decisions in that time whose outcome is known'
      : `has ${found} decisions in that time, and in none of them could all be drawn that the target may choose`;
  return new AppError('failed_precondition.no_decisions', `policy "${policy}" ${why}`);
}
