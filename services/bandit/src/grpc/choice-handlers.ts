import type { bandit } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import type { makeEvaluatePolicy } from '../use-cases/evaluate-policy';
import type { makeRecordReward } from '../use-cases/record-reward';
import type { makeSelectArm } from '../use-cases/select-arm';
import { evaluationOf, toReport } from './evaluation-mapping';
import { questionOf, toAnswer, toldRewardOf } from './mapping';

type ChoiceHandlers = Pick<Handlers<bandit.BanditServiceServer>, 'selectArm' | 'recordReward' | 'evaluatePolicy'>;

/** Handlers of the RPCs about choices. */
export function makeChoiceHandlers(use: {
  readonly selectArm: ReturnType<typeof makeSelectArm>;
  readonly recordReward: ReturnType<typeof makeRecordReward>;
  readonly evaluatePolicy: ReturnType<typeof makeEvaluatePolicy>;
}): ChoiceHandlers {
  return {
    selectArm: async (request) => toAnswer(await use.selectArm(questionOf(request))),
    recordReward: async (request, { signal }) => ({
      counted: await use.recordReward(toldRewardOf(request), { signal }),
    }),
    evaluatePolicy: async (request, { signal }) =>
      toReport(await use.evaluatePolicy(evaluationOf(request), { signal })),
  };
}
