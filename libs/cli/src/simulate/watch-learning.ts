import { bandit, type Client, experiment } from '@attune/contracts';
import { toAppError } from '@attune/errors';

/** What a policy has learned until now. */
export interface PolicyState {
  readonly name: string;
  readonly enabled: boolean;
  readonly arms: readonly {
    readonly arm: string;
    /** Of all choices until now, 0 to 1. */
    readonly share: number;
    readonly rewardMean: number;
    readonly selections: number;
  }[];
}

/** Where an experiment stands. */
export interface ExperimentProgress {
  readonly experimentId: string;
  readonly state: string;
  readonly action: string;
  readonly recommendation: string;
  /** Why there are no results; empty where there are. */
  readonly withheld: string;
  readonly results: readonly experiment.MetricResult[];
}

/** What the fleet has learned from the traffic; a problem where a service could not say. */
export interface LearningState {
  readonly policy?: PolicyState;
  readonly experiment?: ExperimentProgress;
  readonly problems: readonly string[];
}

/** Who is asked about what. */
export interface LearningQuestion {
  readonly bandit: Pick<Client<typeof bandit.BanditServiceService>, 'getPolicy'>;
  readonly experiment: Pick<Client<typeof experiment.ExperimentServiceService>, 'getResults'>;
  readonly policy: string | undefined;
  readonly experimentId: string | undefined;
}

const STATES: Readonly<Record<number, string>> = {
  [experiment.ExperimentState.DRAFT]: 'draft',
  [experiment.ExperimentState.RUNNING]: 'running',
  [experiment.ExperimentState.PAUSED]: 'paused',
  [experiment.ExperimentState.STOPPED]: 'stopped',
};

/** Asks bandit and experiment how far they are. */
export async function watchLearning(question: LearningQuestion): Promise<LearningState> {
  const problems: string[] = [];
  const orProblem = async <T>(about: string, ask: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await ask();
    } catch (error) {
      problems.push(`${about}: ${toAppError(error).message}`);
      return undefined;
    }
  };
  const { policy: name, experimentId: id } = question;
  const [policy, progress] = await Promise.all([
    name === undefined ? undefined : orProblem(`policy ${name}`, () => policyState(question, name)),
    id === undefined ? undefined : orProblem(`experiment ${id}`, () => experimentProgress(question, id)),
  ]);
  return { ...(policy && { policy }), ...(progress && { experiment: progress }), problems };
}

async function policyState({ bandit: client }: LearningQuestion, name: string): Promise<PolicyState | undefined> {
  const { policy } = await client.getPolicy(bandit.GetPolicyRequest.fromPartial({ policy: name }));
  if (policy === undefined) return undefined;
  const total = policy.arms.reduce((sum, { statistics }) => sum + (statistics?.selectionCount ?? 0), 0);
  const arms = policy.arms.map(({ name: arm, statistics }) => ({
    arm,
    share: total === 0 ? 0 : (statistics?.selectionCount ?? 0) / total,
    rewardMean: statistics?.rewardMean ?? 0,
    selections: statistics?.selectionCount ?? 0,
  }));
  return { name, enabled: policy.enabled, arms };
}

async function experimentProgress({ experiment: client }: LearningQuestion, experimentId: string) {
  const answer = await client.getResults(experiment.GetResultsRequest.fromPartial({ experimentId }));
  const { results, action, recommendation, withheld } = answer;
  const state = STATES[answer.experiment?.state ?? 0] ?? 'unknown';
  return { experimentId, state, action, recommendation, withheld: withheld?.message ?? '', results };
}
