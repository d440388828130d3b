import { AppError } from '@attune/errors';
import { requireNone } from '../domain/request-size';
import { idProblem } from '../domain/usable-text';
import type { CallOptions, EventStore } from '../ports';

/** Reads one decision record. */
export function makeGetDecision({ store }: { readonly store: EventStore }) {
  return async (decisionId: string, options?: CallOptions): Promise<Uint8Array> => {
    const description = idProblem(decisionId, 128);
    requireNone(description === undefined ? [] : [{ field: 'decision_id', description }]);
    const record = await store.decision(decisionId, options);
    if (record !== undefined) return record;
    throw new AppError(
      'not_found.decision',
      `decision "${decisionId}" is not known; a record can take about a second to arrive after its slate was served`,
    );
  };
}
