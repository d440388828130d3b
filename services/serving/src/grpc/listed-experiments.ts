import { type Client, experiment as contract } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import type { ExperimentDefinition } from '@attune/experiments';
import type { ExperimentDirectory } from '../experiment-ports';
import type { Waiting } from '../ports';
import { definitionOf } from './experiment-mapping';

const PAGE_SIZE = 100;
const DEADLINE_MS = 5_000;

/** Asks the experiment service which experiments run. */
export class ListedExperiments implements ExperimentDirectory {
  constructor(
    private readonly experiment: () => Pick<Client<typeof contract.ExperimentServiceService>, 'listExperiments'>,
  ) {}

  async running({ signal }: Waiting): Promise<readonly ExperimentDefinition[]> {
    const client = this.#client();
    if (client === undefined) return [];
    const found: ExperimentDefinition[] = [];
    let pageToken = '';
    do {
      const request = { state: contract.ExperimentState.RUNNING, pageSize: PAGE_SIZE, pageToken };
      const page = await client.listExperiments(request, { signal, deadlineMs: DEADLINE_MS });
      found.push(...page.experiments.map(definitionOf));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return found;
  }

  /** Undefined in a fleet without an experiment service: there are no experiments then, and nothing is missing. */
  #client() {
    try {
      return this.experiment();
    } catch (error) {
      if (isAppError(error, 'failed_precondition.no_address')) return undefined;
      throw error;
    }
  }
}
