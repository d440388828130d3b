import type { Client, featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DecisionReader } from '../decision-ports';
import type { Decision } from '../domain/decision';
import type { Waiting } from '../ports';
import { decisionOfRecord } from './decision-of-record';

const DEADLINE_MS = 2_000;

type FeatureStore = Pick<Client<typeof featureStore.FeatureStoreServiceService>, 'getDecision'>;

/** Reads decision records from the feature-store, which keeps them. */
export class StoredDecisions implements DecisionReader {
  constructor(private readonly featureStore: () => FeatureStore) {}

  async decision(decisionId: string, { signal }: Waiting): Promise<Decision> {
    const { decision } = await this.featureStore().getDecision({ decisionId }, { signal, deadlineMs: DEADLINE_MS });
    if (decision !== undefined) return decisionOfRecord(decision);
    throw new AppError('not_found.decision', `decision "${decisionId}" is not known`);
  }
}
