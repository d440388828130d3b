import { historyOf } from '../domain/history';
import type { Asker, BorrowedModel, ModelKind, ModelShelf } from '../model-ports';
import type { Waiting } from '../ports';
import type { Proposal, SlateRequest, SourceQuery, UserState } from './parts';

/** For whom something is proposed or scored. */
export interface Person {
  readonly request: Pick<SlateRequest, 'userId' | 'nowMs'>;
  readonly user: Pick<UserState, 'recents' | 'vector' | 'forgottenAt'>;
}

/** A model that a source asks. */
export interface ModelQuestion {
  readonly kind: ModelKind;
  readonly request: Pick<SlateRequest, 'userId' | 'versions'>;
  readonly count: number;
  /** Whom or what the model is asked about, or a note why it is not asked. */
  readonly asker: (model: BorrowedModel) => Asker | string;
  /** Why there is nothing where the model does not know the asker. */
  readonly unknown: string;
}

/** Asks a model that is loaded for candidates; undefined where none of the kind is. */
export async function proposeBy(
  models: ModelShelf,
  { kind, request, count, asker: askerOf, unknown }: ModelQuestion,
  waiting: Waiting,
): Promise<Proposal | undefined> {
  using model = models.borrow(kind, request.userId, request.versions);
  if (model === undefined) return undefined;
  const asker = askerOf(model);
  if (typeof asker === 'string') return { ...nothing(asker), model: model.ref };
  const { items, scores, isKnown } = await model.retrieve(asker, Math.min(count, model.itemCount), waiting);
  if (!isKnown) return { ...nothing(unknown), model: model.ref };
  const asked = { kind, ref: model.ref, askerOf, count, items };
  return { items, scores, isExhausted: count >= model.itemCount, model: model.ref, asked };
}

/** No candidates, and why. */
export function nothing(note: string): Proposal {
  return { items: [], scores: [], isExhausted: true, note };
}

/** What is said where a model was never trained or promoted. */
export function noModel(kind: ModelKind): Proposal {
  return nothing(`no "${kind}" model is loaded: train and promote one`);
}

/**
 * The user as a model that knows users may be asked: where the user moved to since the training, if that is known in the space of
 * this version, else by id. A user who was forgotten since is nobody to it.
 */
export function asUser(model: BorrowedModel, { request, user }: Person): Asker | string {
  if (user.forgottenAt !== undefined && model.trainedAt <= user.forgottenAt) {
    return 'the user was forgotten, and the model is from before';
  }
  const { vector } = user;
  if (vector !== undefined && vector.digest === model.ref.digest) return { by: 'vector', vector: vector.vector };
  return { by: 'user', userId: request.userId };
}

/** The user by what was liked lately, as a model may be asked that knows items. */
export function asHistory({ request, user }: Person): Asker | string {
  const history = historyOf(user.recents, request.nowMs);
  return history.items.length === 0 ? 'the user liked nothing lately' : { by: 'history', ...history };
}

/** Without what has nothing to do with the asker: scores of 0 and below, which are last. */
function positiveOnly(proposal: Proposal): Proposal {
  const { items, scores } = proposal;
  let end = scores.length;
  while (end > 0 && !(scores[end - 1]! > 0)) end--;
  if (end === items.length) return proposal;
  return {
    ...proposal,
    items: Array.prototype.slice.call(items, 0, end),
    scores: Array.prototype.slice.call(scores, 0, end),
    isExhausted: true,
  };
}

/** Proposals of a model that knows items by what somebody liked lately: what has nothing to do with that is left out. */
export async function proposeByLikes(
  models: ModelShelf,
  kind: ModelKind,
  { request, user, count }: SourceQuery,
  waiting: Waiting,
): Promise<Proposal> {
  const question = {
    ...{ kind, request, count, asker: () => asHistory({ request, user }) },
    unknown: 'the model knows nothing of what the user liked lately',
  };
  const proposal = await proposeBy(models, question, waiting);
  if (proposal === undefined) return noModel(kind);
  const positive = positiveOnly(proposal);
  return { ...positive, knowsUser: positive.items.length > 0 };
}

/** Where the request names an item, candidates are scored by nearness to it, otherwise as `asker` says. */
export function nearOr({ request: { relatedTo } }: Pick<SourceQuery, 'request'>, asker: () => Asker | string) {
  return relatedTo === undefined ? asker() : ({ by: 'item', item: relatedTo } as const);
}
