import { bandit } from '@attune/contracts';
import type { CliContext } from '../context';
import { table } from '../output';
import { short } from './policy-lines';

/** What is asked of the log that the fleet keeps of a policy. */
export interface EvaluatePolicyOptions {
  /** A policy; the uniform one where absent. */
  readonly target?: string;
  readonly estimators?: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
}

/** Asks the fleet what another policy would have earned on the choices of this one, and prints it. */
export async function evaluatePolicy(
  context: CliContext,
  policy: string,
  { target = '', estimators = [], from, to }: EvaluatePolicyOptions,
): Promise<void> {
  const request = { policy, targetPolicy: target, estimators: [...estimators], from, to };
  const report = await context.client('bandit').evaluatePolicy(request, { deadlineMs: 60_000 });
  context.output.result(bandit.EvaluatePolicyResponse.toJSON(report), () => [
    `Log: ${report.decisionCount} choices of ${policy}, which earned ${short(report.loggedMean)} on average`,
    `Target: ${target || 'every arm with the same probability'}; the largest weight is ${short(report.largestWeight)}`,
    '',
    ...table(
      ['estimator', 'mean reward', '95 % interval', 'worth choices'],
      report.estimates.map((one) =>
        one.refusal === undefined
          ? [
              one.estimator,
              short(one.value),
              `${short(one.low)} .. ${short(one.high)}`,
              one.effectiveSampleSize.toFixed(0),
            ]
          : [one.estimator, 'refused', one.refusal.message, ''],
      ),
    ),
  ]);
}
