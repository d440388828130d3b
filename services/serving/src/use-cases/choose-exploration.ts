import { AppError } from '@attune/errors';
import { type ExplorationArms, RUNNERS_UP_ARM } from '../domain/exploration-pool';
import type { ExplorationChooser } from '../ports';
import type { AskPolicy, BanditChoice } from './ask-policy';

/** What choosing where to explore needs. */
export interface ChooseExplorationParts {
  readonly askPolicy: AskPolicy;
}

/** Probabilities come as doubles: their sum may miss 1 by rounding. */
const TOLERANCE = 1e-6;

/** Makes the choice of the source that places left to chance are drawn from, by the policy of the surface's exploration. */
export function makeChooseExploration({ askPolicy }: ChooseExplorationParts): ExplorationChooser {
  return {
    choose: ({ surface, userId, decisionId, context }, waiting) => {
      const { policy } = surface.exploration;
      const eligibleArms = [RUNNERS_UP_ARM, ...Object.keys(surface.sources)];
      const question = { policy, userId, eligibleArms, context: context.map(({ score }) => score), decisionId };
      return askPolicy(question, (choice) => armsOf(choice, question), waiting);
    },
  };
}

type Asked = { readonly policy: string; readonly eligibleArms: readonly string[] };

function armsOf({ arm, propensity, probabilities }: BanditChoice, { policy, eligibleArms }: Asked): ExplorationArms {
  if (!eligibleArms.includes(arm)) {
    const message = `the policy "${policy}" chose "${arm}", and the surface can draw from ${eligibleArms.join(', ')}`;
    throw new AppError('failed_precondition.arm', message);
  }
  // An arm that is certain needs no others; of one that is not they say how likely an item was.
  const told = probabilities.length === 0 ? [{ name: arm, score: propensity }] : probabilities;
  const sum = told.reduce((total, { score }) => total + score, 0);
  const isSound = Math.abs(sum - 1) <= TOLERANCE && told.every(({ score }) => score >= 0);
  if (!isSound || !told.some(({ name, score }) => name === arm && score > 0)) {
    const message = `the policy "${policy}" chose "${arm}" by probabilities that add up to ${sum}, which cannot be`;
    throw new AppError('data_loss.propensity', message);
  }
  return { arm, probabilities: new Map(told.map(({ name, score }) => [name, score])) };
}
