import type { Client, bandit as contract } from '@attune/contracts';
import type { Bandit } from '../use-cases/ask-policy';

/** The bandit service, as it chooses strategies and where to explore. It is given a small part of a slate's time. */
export class GrpcBandit implements Bandit {
  constructor(
    private readonly bandit: () => Pick<Client<typeof contract.BanditServiceService>, 'selectArm'>,
    private readonly deadlineMs: number,
  ) {}

  async select(
    { policy, userId, eligibleArms, context, decisionId }: Parameters<Bandit['select']>[0],
    { signal }: Parameters<Bandit['select']>[1],
  ) {
    const request = { policy, userId, context: [...context], eligibleArms: [...eligibleArms], decisionId };
    const { arm, propensity, probabilities } = await this.bandit().selectArm(request, {
      signal,
      deadlineMs: this.deadlineMs,
    });
    return { arm, propensity, probabilities };
  }
}
