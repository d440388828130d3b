import {
  ESTIMATORS,
  type EstimatorName,
  evaluateOffPolicy,
  type OffPolicyReport,
  tableTarget,
  uniformTarget,
} from '@attune/bandits';
import { AppError } from '@attune/errors';
import { type LogFile, readLogFile } from './read-log-file';
import { readTargetFile } from './read-target-file';

/** What is asked of a log. */
export interface EvaluateLogQuestion {
  readonly log: string;
  /** A file of probabilities; the uniform policy where absent. */
  readonly target?: string;
  readonly estimators?: readonly string[];
  /** The column of rewards. */
  readonly reward: string;
  /** How many items there are, where the log does not show all. */
  readonly actions?: number;
}

/** What a log says of a policy. */
export interface LogEvaluation extends OffPolicyReport {
  readonly log: string;
  /** The file of probabilities, or `uniform`. */
  readonly target: string;
  readonly reward: string;
  readonly items: number;
  readonly positions: number;
}

/** Reads a log and a target policy and evaluates the one on the other. Throws `invalid.file` and `invalid.options`. */
export async function evaluateLog(question: EvaluateLogQuestion, signal: AbortSignal): Promise<LogEvaluation> {
  const estimators = estimatorsOf(question.estimators ?? []);
  const file = await readLogFile({ path: question.log, rewardColumn: question.reward }, signal);
  const probabilities = question.target === undefined ? undefined : await readTargetFile(question.target, file, signal);
  const actionCount = actionCountOf(question, file);
  const log = { ...file.columns, actionCount };
  const target =
    probabilities === undefined ? uniformTarget(actionCount) : tableTarget(log, probabilities(actionCount));
  const report = evaluateOffPolicy({ log, target, estimators });
  const positions = file.positions.length;
  const told = { log: question.log, target: question.target ?? 'uniform', reward: question.reward };
  return { ...told, items: actionCount, positions, ...report };
}

function estimatorsOf(names: readonly string[]): EstimatorName[] {
  const unknown = names.filter((name) => !ESTIMATORS.includes(name as EstimatorName));
  if (unknown.length === 0) return [...new Set(names)] as EstimatorName[];
  throw new AppError('invalid.options', `--estimators has ${unknown.join(', ')}; there are ${ESTIMATORS.join(', ')}`);
}

/** Those of the log and of the target's file, and as many more as --actions says. */
function actionCountOf({ actions }: EvaluateLogQuestion, { items }: LogFile): number {
  const known = items.size;
  if (actions === undefined || actions >= known) return actions ?? known;
  throw new AppError('invalid.options', `--actions says ${actions}, but the files show ${known} items`);
}
