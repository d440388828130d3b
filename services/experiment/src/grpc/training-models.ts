import { type Client, training as contract } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { ModelMover, ModelStageView } from '../ports';

const DEADLINE_MS = 10_000;
const STAGES = {
  candidate: contract.ModelStage.CANDIDATE,
  shadow: contract.ModelStage.SHADOW,
  canary: contract.ModelStage.CANARY,
  production: contract.ModelStage.PRODUCTION,
  retired: contract.ModelStage.RETIRED,
} as const satisfies Record<ModelStageView['stage'], contract.ModelStage>;

type Training = Pick<Client<typeof contract.TrainingServiceService>, 'promoteModel' | 'listModelVersions'>;

/** Moves versions in the training service. The same move twice leaves the version where it is. */
export class TrainingModels implements ModelMover {
  constructor(
    private readonly training: () => Training,
    private readonly newRequestId: () => string,
  ) {}

  async productionVersion(model: string): Promise<number | undefined> {
    const versions = await this.#versions(model, contract.ModelStage.PRODUCTION);
    const found = versions[0]?.ref?.version;
    return found === undefined ? undefined : Number(found);
  }

  async stageOf(model: string, version: number): Promise<ModelStageView> {
    const versions = await this.#versions(model, contract.ModelStage.UNSPECIFIED);
    const found = versions.find(({ ref }) => Number(ref?.version) === version);
    if (found === undefined) {
      throw new AppError('not_found.model_version', `model "${model}" has no v${version}; ListModelVersions shows all`);
    }
    const stage = Object.entries(STAGES).find(([, value]) => value === found.stage)?.[0] ?? 'candidate';
    return { stage: stage as ModelStageView['stage'], canaryShare: found.canaryShare };
  }

  toCanary(model: string, version: number, share: number, reason: string): Promise<void> {
    return this.#move({ model, version: String(version), stage: STAGES.canary, canaryShare: share, reason });
  }

  toProduction(model: string, version: number, reason: string): Promise<void> {
    // people decided by what they did, which says more than the evaluation on past interactions that training would ask for
    return this.#move({ model, version: String(version), stage: STAGES.production, override: true, reason });
  }

  demote(model: string, version: number, reason: string): Promise<void> {
    return this.#move({ model, version: String(version), stage: STAGES.candidate, reason });
  }

  async #move(move: Partial<contract.PromoteModelRequest>): Promise<void> {
    const request = contract.PromoteModelRequest.fromPartial({ ...move, requestId: this.newRequestId() });
    await this.training().promoteModel(request, { deadlineMs: DEADLINE_MS });
  }

  async #versions(model: string, stage: contract.ModelStage): Promise<readonly contract.ModelVersion[]> {
    const request = contract.ListModelVersionsRequest.fromPartial({ model, stage, pageSize: 1_000 });
    return (await this.training().listModelVersions(request, { deadlineMs: DEADLINE_MS })).versions;
  }
}
