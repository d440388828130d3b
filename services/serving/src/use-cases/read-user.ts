import { AppError } from '@attune/errors';
import { Circuit, type CircuitRule } from '../domain/circuit';
import type { Clock } from '../ports';
import type { KeptUser } from '../user-ports';
import { throughCircuit } from './through-circuit';

/** What reading users needs. */
export interface ReadUserParts {
  readonly read: (userId: string) => Promise<KeptUser>;
  /** How long one read may take: a frozen store must leave time to do without it. */
  readonly patienceMs: number;
  readonly circuit: CircuitRule;
  readonly clock: Clock;
}

/**
 * Makes the read of what is kept of a user that slates go through. A store that does not answer in time counts as away, and one that
 * failed several times in a row is asked only now and then: whoever needs it then hears so at once, and has the time to ask elsewhere.
 */
export function makeReadUser({ read, patienceMs, circuit: rule, clock }: ReadUserParts) {
  const message = 'Redis failed several times and is asked again in a moment';
  const guarded = { circuit: new Circuit(rule), clock, refusal: () => new AppError('unavailable.redis', message) };
  return (userId: string): Promise<KeptUser> => throughCircuit(guarded, () => inTime(read(userId), patienceMs));
}

function inTime<T>(answer: Promise<T>, patienceMs: number): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const giveUp = () => reject(new AppError('unavailable.redis', `Redis did not answer within ${patienceMs} ms`));
  // A turn later: when this process was the one that slept, the answer is here by then.
  const timer = setTimeout(() => setImmediate(giveUp), patienceMs);
  answer.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}
