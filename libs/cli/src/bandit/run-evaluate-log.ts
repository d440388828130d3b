import type { CliContext } from '../context';
import { table } from '../output';
import { type EvaluateLogQuestion, evaluateLog, type LogEvaluation } from './evaluate-log';
import { short } from './policy-lines';

/** Evaluates a policy on a log and prints what the log says of it. */
export async function runEvaluateLog(
  context: CliContext,
  question: EvaluateLogQuestion,
  signal: AbortSignal,
): Promise<void> {
  const evaluation = await evaluateLog(question, signal);
  context.output.result(evaluation, () => linesOf(evaluation));
}

function linesOf(evaluation: LogEvaluation): string[] {
  const { rows, items, positions, reward, loggedMean, effectiveSampleSize, largestWeight, meanWeight } = evaluation;
  const estimates = evaluation.estimates.map((found) =>
    found.status === 'estimated'
      ? [found.estimator, short(found.value), `${short(found.low)} .. ${short(found.high)}`]
      : [found.estimator, 'refused', found.reason],
  );
  return [
    `Log: ${rows} rows, ${items} items, ${positions} ${positions === 1 ? 'position' : 'positions'}; mean ${reward} ${short(loggedMean)}`,
    `Target: ${evaluation.target}; worth ${effectiveSampleSize.toFixed(0)} rows; weights average ${meanWeight.toFixed(3)}, ` +
      `the largest is ${short(largestWeight)}`,
    ...(evaluation.unsupportedMass > 0
      ? [`The log never shows ${(100 * evaluation.unsupportedMass).toFixed(1)} % of what the target chooses.`]
      : []),
    '',
    ...table(['estimator', `mean ${reward}`, '95 % interval'], estimates),
  ];
}
