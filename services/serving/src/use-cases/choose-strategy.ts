import { AppError } from '@attune/errors';
import type { ChosenStrategy } from '../domain/decision';
import { mostProbableStrategy } from '../domain/most-probable-strategy';
import { STRATEGIES, type Strategy, type Surface } from '../domain/surface';
import type { StrategyChooser, StrategyQuestion, Waiting } from '../ports';
import type { AskPolicy, BanditChoice } from './ask-policy';

/** What choosing a strategy needs. */
export interface ChooseStrategyParts {
  readonly askPolicy: AskPolicy;
}

/** Makes the choice of a strategy: by the policy of the surface where it names one, else by its probabilities, without any call. */
export function makeChooseStrategy({ askPolicy }: ChooseStrategyParts): StrategyChooser {
  async function byPolicy(question: StrategyQuestion, waiting: Waiting): Promise<ChosenStrategy> {
    const { surface, userId, decisionId, context: policyContext } = question;
    const context = policyContext.map(({ score }) => score);
    const asked = { policy: surface.policy, userId, eligibleArms: STRATEGIES, context, decisionId };
    return askPolicy(asked, (choice) => ({ ...strategyOf(choice, surface), policyContext }), waiting);
  }

  return {
    choose: async (question, waiting) =>
      question.surface.policy === '' ? byProbability(question, 'surface') : byPolicy(question, waiting),
    mostProbable: (surface) => ({ strategy: mostProbableStrategy(surface), propensity: 1, chosenBy: 'consent' }),
    fallback: (question) => byProbability(question, question.surface.policy === '' ? 'surface' : 'fallback'),
  };
}

/** Draws by the probabilities of the surface. They may miss 1 by a rounding error, so the propensity is what was really drawn by. */
function byProbability(
  { surface, draw }: Pick<StrategyQuestion, 'surface' | 'draw'>,
  chosenBy: string,
): ChosenStrategy {
  const possible = STRATEGIES.map((strategy) => ({ strategy, probability: surface.strategies[strategy] ?? 0 })).filter(
    ({ probability }) => probability > 0,
  );
  const total = possible.reduce((sum, { probability }) => sum + probability, 0);
  let above = draw * total;
  const drawn = possible.find(({ probability }) => {
    above -= probability;
    return above < 0;
  });
  // The last one, where rounding left a crumb.
  const { strategy, probability } = (drawn ?? possible.at(-1))!;
  return { strategy, propensity: probability / total, chosenBy };
}

function strategyOf({ arm, propensity }: BanditChoice, { policy }: Surface): ChosenStrategy {
  if (!STRATEGIES.some((strategy) => strategy === arm)) {
    const message = `the policy "${policy}" chose "${arm}", which is no strategy: there are ${STRATEGIES.join(', ')}`;
    throw new AppError('failed_precondition.arm', message);
  }
  return { strategy: arm as Strategy, propensity, chosenBy: `policy:${policy}` };
}
