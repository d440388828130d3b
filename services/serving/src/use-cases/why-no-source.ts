import type { Decision } from '../domain/decision';
import { durationWords } from '../domain/explanation/words';
import type { SourceName } from '../domain/surface';
import type { ItemCatalog } from '../item-ports';
import type { Asker, BorrowedModel, ModelKind, ModelShelf } from '../model-ports';
import type { Waiting } from '../ports';

/** What it is looked up in. */
export interface AbsenceParts {
  readonly catalog: Pick<ItemCatalog, 'find' | 'publishedAtMs'>;
  readonly models: Pick<ModelShelf, 'borrowVersion'>;
}

const KIND_OF_SOURCE: Readonly<Partial<Record<SourceName, ModelKind>>> = {
  collaborative: 'als',
  item_item: 'item_item',
  content: 'content',
  neural: 'neural_cf',
  trending: 'popularity',
};
const HOUR_MS = 3_600_000;

/**
 * Why a source that proposed others cannot have proposed the item, by its short name: its model, at the version that was asked, does
 * not know the item; the item is not new. Sources of which that cannot be said are absent.
 */
export async function absencesOf(
  { catalog, models }: AbsenceParts,
  decision: Decision,
  itemId: string,
  waiting: Waiting,
): Promise<ReadonlyMap<string, string>> {
  const item = catalog.find(itemId);
  const absences = new Map<string, string>();
  if (item < 0) return absences;
  const age = ageWords(catalog.publishedAtMs(item), decision.decidedAt);
  absences.set('fresh', age);
  for (const { name, version } of decision.models) {
    using model = models.borrowVersion(name, version);
    if (model === undefined) continue;
    const source = sourceOf(model.kind);
    if (source === undefined || (await knowsItem(model, item, decision.userId, waiting))) continue;
    const mend = model.kind === 'content' ? 'the next training will' : 'a training after its first interactions will';
    absences.set(source, `the model ${name} version ${version} does not know it; ${mend}`);
  }
  return absences;
}

function ageWords(publishedAtMs: number, decidedAt: Date): string {
  if (Number.isNaN(publishedAtMs)) return 'when it was published is not known';
  const hours = (decidedAt.getTime() - publishedAtMs) / HOUR_MS;
  return hours < 0 ? 'it is dated ahead' : `it was published ${durationWords(Math.round(hours))} before`;
}

function sourceOf(kind: ModelKind): string | undefined {
  return Object.entries(KIND_OF_SOURCE).find(([, of]) => of === kind)?.[0];
}

/** Asked as slates ask: with a question to which only an item that the model does not know has no score. What cannot be asked may know it. */
async function knowsItem(model: BorrowedModel, item: number, userId: string, waiting: Waiting): Promise<boolean> {
  if (model.kind === 'als') return model.vectorOfItem(item) !== undefined;
  try {
    const [score] = await model.score(askerFor(model.kind, item, userId), Int32Array.of(item), waiting);
    return !Number.isNaN(score);
  } catch {
    waiting.signal.throwIfAborted();
    return true;
  }
}

function askerFor(kind: ModelKind, item: number, userId: string): Asker {
  if (kind === 'popularity') return { by: 'everybody' };
  // It proposed others for this user, so it knows the user.
  if (kind === 'neural_cf') return { by: 'user', userId };
  return { by: 'item', item };
}
