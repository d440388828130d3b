import { AppError } from '@attune/errors';
import { Circuit, type CircuitRule } from '../domain/circuit';
import type { Clock, Waiting } from '../ports';
import { strategyAsked } from '../telemetry';
import { throughCircuit } from './through-circuit';

/** Among which arms a policy chooses, and by what. */
export interface ArmQuestion {
  readonly policy: string;
  readonly userId: string;
  readonly eligibleArms: readonly string[];
  /** In the order of `STRATEGY_CONTEXT`. */
  readonly context: readonly number[];
  /** What people do with this slate is the reward. */
  readonly decisionId: string;
}

/** An arm that the bandit chose, and the probability with which it did. */
export interface BanditChoice {
  readonly arm: string;
  readonly propensity: number;
  /** The probability of every arm that was eligible; empty where the bandit does not say. */
  readonly probabilities: readonly { readonly name: string; readonly score: number }[];
}

/** Chooses among arms by a policy that learns. */
export interface Bandit {
  select(question: ArmQuestion, waiting: Waiting): Promise<BanditChoice>;
}

/** What asking a policy needs. */
export interface AskPolicyParts {
  readonly bandit: Bandit;
  readonly circuit: CircuitRule;
  readonly clock: Clock;
}

/** Asks the policy of a question, and makes of the answer what `read` does, which throws for one that cannot be. */
export type AskPolicy = <T>(question: ArmQuestion, read: (choice: BanditChoice) => T, waiting: Waiting) => Promise<T>;

/** Makes what asks policies: one that failed several times in a row is asked only now and then, and keeps no other from being asked. */
export function makeAskPolicy({ bandit, circuit, clock }: AskPolicyParts): AskPolicy {
  const circuits = new Map<string, Circuit>();
  const circuitOf = (policy: string) => {
    const known = circuits.get(policy) ?? new Circuit(circuit);
    circuits.set(policy, known);
    return known;
  };

  return async function askPolicy(question, read, waiting) {
    const { policy } = question;
    const refusal = () => {
      strategyAsked('circuit_open');
      const message = `the policy "${policy}" failed several times and is asked again in a moment`;
      return new AppError('unavailable.bandit', message);
    };
    const ask = async () => {
      try {
        const answer = read(checked(policy, await bandit.select(question, waiting)));
        strategyAsked('answered');
        return answer;
      } catch (error) {
        strategyAsked('failed');
        throw error;
      }
    };
    return throughCircuit({ circuit: circuitOf(policy), clock, refusal }, ask, waiting.signal);
  };
}

function checked(policy: string, choice: BanditChoice): BanditChoice {
  const { arm, propensity } = choice;
  if (propensity > 0 && propensity <= 1) return choice;
  const message = `the policy "${policy}" chose "${arm}" with a probability of ${propensity}, which cannot be`;
  throw new AppError('data_loss.propensity', message);
}
