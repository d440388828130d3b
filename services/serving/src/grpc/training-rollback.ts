import { type Client, training as contract } from '@attune/contracts';
import type { CanaryRollback, OwedRollback } from '../guardrail-ports';
import type { Waiting } from '../ports';

const DEADLINE_MS = 5_000;

/** Takes canaries back by moving them to `candidate` in the training service. */
export class TrainingRollback implements CanaryRollback {
  constructor(private readonly training: () => Pick<Client<typeof contract.TrainingServiceService>, 'promoteModel'>) {}

  async demote({ ref, since, reason }: OwedRollback, { signal }: Waiting): Promise<void> {
    const request = contract.PromoteModelRequest.fromPartial({
      ...{ model: ref.name, version: ref.version, stage: contract.ModelStage.CANDIDATE, reason },
      requestId: `guardrail-${ref.name}-${ref.version}-${since}`,
    });
    await this.training().promoteModel(request, { signal, deadlineMs: DEADLINE_MS });
  }
}
