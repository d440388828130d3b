import type { Client, bandit as contract } from '@attune/contracts';
import type { Bandit } from '../use-cases/choose-strategy';

/** The bandit service, as it chooses strategies. It is given a small part of a slate's time. */
export class GrpcBandit implements Bandit {
  constructor(
    private readonly bandit: () => Pick<Client<typeof contract.BanditServiceService>, 'selectArm'>,
    private readonly deadlineMs: number,
  ) {}

  async select(
    { policy, userId, eligibleArms }: Parameters<Bandit['select']>[0],
    { signal }: Parameters<Bandit['select']>[1],
  ) {
    const request = { policy, userId, context: [], eligibleArms: [...eligibleArms] };
    const { arm, propensity } = await this.bandit().selectArm(request, { signal, deadlineMs: this.deadlineMs });
    return { arm, propensity };
  }
}
