import { AppError } from '@attune/errors';
import type { ForgottenWatch, UserDatasets } from '../erasure-ports';
import type { CallOptions } from '../ports';

interface Needs {
  readonly forgotten: ForgottenWatch;
  readonly userDatasets: UserDatasets;
}

interface Progress {
  readonly dataset?: { readonly contentHash: string };
}

/**
 * Builds a training set without anybody who is erased meanwhile: the build may have read them before they were. An erasure looks for the
 * data sets that are there; one that is finished later is looked at here.
 */
export function buildWithoutErased<Question, P extends Progress>(
  build: (question: Question, options?: CallOptions) => AsyncGenerator<P>,
  { forgotten, userDatasets }: Needs,
) {
  return async function* buildTrainingSet(question: Question, options: CallOptions = {}): AsyncGenerator<P> {
    await forgotten.refresh();
    const before = forgotten.count;
    for await (const progress of build(question, options)) {
      if (progress.dataset !== undefined) {
        await forgotten.refresh();
        if (await userDatasets.eraseIfHolding(progress.dataset.contentHash, forgotten.since(before))) throw erased();
      }
      yield progress;
    }
  };
}

const erased = () =>
  new AppError(
    'unavailable.user_erased',
    'a user was erased while the training set was built, and was in it: it is deleted, build it again',
  );
