import type { Client, training as contract } from '@attune/contracts';
import type { ModelRegistry, PlacedModel, ServingStage } from '../model-ports';
import type { Waiting } from '../ports';

const PAGE_SIZE = 100;
const DEADLINE_MS = 5_000;

/** Asks the training service which versions serve, and which are on trial. */
export class TrainingRegistry implements ModelRegistry {
  constructor(private readonly training: () => Pick<Client<typeof contract.TrainingServiceService>, 'listModels'>) {}

  async standing({ signal }: Waiting): Promise<readonly PlacedModel[]> {
    const found: PlacedModel[] = [];
    let pageToken = '';
    do {
      const request = { pageSize: PAGE_SIZE, pageToken };
      const page = await this.training().listModels(request, { signal, deadlineMs: DEADLINE_MS });
      found.push(...page.models.flatMap(placedOf));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return found;
  }
}

function placedOf({ production, canary, shadows }: contract.Model): PlacedModel[] {
  const placed = (version: contract.ModelVersion | undefined, stage: ServingStage): PlacedModel[] =>
    version?.ref === undefined ? [] : [{ ref: version.ref, placement: { stage, canaryShare: version.canaryShare } }];
  return [
    ...placed(production, 'production'),
    ...placed(canary, 'canary'),
    ...shadows.flatMap((version) => placed(version, 'shadow')),
  ];
}
