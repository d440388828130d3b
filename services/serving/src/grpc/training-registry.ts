import type { training as contract } from '@attune/contracts';
import type { Client } from '@attune/grpc';
import type { ModelRef } from '../domain/decision';
import type { ModelRegistry, Waiting } from '../ports';

const PAGE_SIZE = 100;
const DEADLINE_MS = 5_000;

/** Asks the training service what is in production. */
export class TrainingRegistry implements ModelRegistry {
  constructor(private readonly training: () => Pick<Client<typeof contract.TrainingServiceService>, 'listModels'>) {}

  async inProduction({ signal }: Waiting): Promise<readonly ModelRef[]> {
    const refs: ModelRef[] = [];
    let pageToken = '';
    do {
      const request = { pageSize: PAGE_SIZE, pageToken };
      const page = await this.training().listModels(request, { signal, deadlineMs: DEADLINE_MS });
      for (const { production } of page.models) if (production?.ref !== undefined) refs.push(production.ref);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return refs;
  }
}
