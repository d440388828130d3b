import { AppError } from '@attune/errors';
import { Circuit, type CircuitRule } from '../domain/circuit';
import type { ChosenStrategy } from '../domain/decision';
import { STRATEGIES, type Strategy, type Surface } from '../domain/surface';
import type { Clock, StrategyChooser, StrategyQuestion, Waiting } from '../ports';
import { strategyAsked } from '../telemetry';
import { throughCircuit } from './through-circuit';

/** An arm that the bandit chose, and the probability with which it did. */
export interface BanditChoice {
  readonly arm: string;
  readonly propensity: number;
}

/** Chooses among arms by a policy that learns. */
export interface Bandit {
  select(
    question: { readonly policy: string; readonly userId: string; readonly eligibleArms: readonly string[] },
    waiting: Waiting,
  ): Promise<BanditChoice>;
}

/** What choosing a strategy needs. */
export interface ChooseStrategyParts {
  readonly bandit: Bandit;
  readonly circuit: CircuitRule;
  readonly clock: Clock;
}

/** Makes the choice of a strategy: by the policy of the surface where it names one, else by its probabilities, without any call. */
export function makeChooseStrategy({ bandit, circuit, clock }: ChooseStrategyParts): StrategyChooser {
  // One policy that the bandit does not know must not keep the others from being asked.
  const circuits = new Map<string, Circuit>();
  const circuitOf = (policy: string) => {
    const known = circuits.get(policy) ?? new Circuit(circuit);
    circuits.set(policy, known);
    return known;
  };

  async function askPolicy({ surface, userId }: StrategyQuestion, waiting: Waiting): Promise<ChosenStrategy> {
    const { policy } = surface;
    const refusal = () => {
      strategyAsked('circuit_open');
      const message = `the policy "${policy}" failed several times and is asked again in a moment`;
      return new AppError('unavailable.bandit', message);
    };
    const ask = async () => {
      try {
        const eligibleArms = Object.keys(surface.strategies);
        const chosen = checked(await bandit.select({ policy, userId, eligibleArms }, waiting), surface);
        strategyAsked('answered');
        return chosen;
      } catch (error) {
        strategyAsked('failed');
        throw error;
      }
    };
    return throughCircuit({ circuit: circuitOf(policy), clock, refusal }, ask, waiting.signal);
  }

  return {
    choose: async (question, waiting) =>
      question.surface.policy === '' ? byProbability(question, 'surface') : askPolicy(question, waiting),
    fallback: (question) => byProbability(question, question.surface.policy === '' ? 'surface' : 'fallback'),
  };
}

/** Draws by the probabilities of the surface. They may miss 1 by a rounding error, so the propensity is what was really drawn by. */
function byProbability({ surface, draw }: StrategyQuestion, chosenBy: string): ChosenStrategy {
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

function checked({ arm, propensity }: BanditChoice, { name, policy, strategies }: Surface): ChosenStrategy {
  if (!Object.hasOwn(strategies, arm)) {
    const known = Object.keys(strategies).join(', ');
    const message = `the policy "${policy}" chose "${arm}", and the surface "${name}" knows ${known}`;
    throw new AppError('failed_precondition.arm', message);
  }
  if (!(propensity > 0 && propensity <= 1)) {
    const message = `the policy "${policy}" chose "${arm}" with a probability of ${propensity}, which cannot be`;
    throw new AppError('data_loss.propensity', message);
  }
  return { strategy: arm as Strategy, propensity, chosenBy: `policy:${policy}` };
}
