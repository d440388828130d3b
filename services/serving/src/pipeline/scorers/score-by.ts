import { calibratePart } from '../../domain/calibrate-part';
import type { Asker, BorrowedModel, ModelKind, ModelShelf } from '../../model-ports';
import type { Waiting } from '../../ports';
import type { PartScores, ScoringQuery } from '../parts';

/** No features are needed. */
export const NO_FEATURES: { readonly user: readonly string[]; readonly item: readonly string[] } = {
  user: [],
  item: [],
};

/**
 * What a model says of the candidates, on the scale of all parts (`calibratePart`; its own spread over all items counts where there are
 * few of them). Undefined where no model of the kind is loaded, where it is not to be asked, and where it knows none of them.
 */
export async function scoreBy(
  models: ModelShelf,
  kind: ModelKind,
  askerOf: (model: BorrowedModel) => Asker | string,
  { request, items }: ScoringQuery,
  waiting: Waiting,
): Promise<PartScores | undefined> {
  using model = models.borrow(kind, request.userId, request.versions);
  const asker = model === undefined ? '' : askerOf(model);
  if (model === undefined || typeof asker === 'string') return undefined;
  const raw = await model.score(asker, items, waiting);
  if (!raw.some(Number.isFinite)) return undefined;
  return { raw, calibrated: calibratePart(raw, model.spreadOf(asker)), model: model.ref };
}
