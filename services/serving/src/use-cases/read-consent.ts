import { consentOf } from '../domain/consent';
import type { Waiting } from '../ports';
import type { ConsentKeeper, ConsentReader, KeptUserReader, UserDirectory } from '../user-ports';

/** What reading consent needs. */
export interface ReadConsentParts {
  readonly users: Pick<KeptUserReader, 'kept'>;
  readonly directory: Pick<UserDirectory, 'refusedBy'>;
  readonly keeper: Pick<ConsentKeeper, 'remember'>;
  /** Drops what this process keeps of the users. */
  readonly forget: (userIds: Iterable<string>) => void;
}

/**
 * Makes the use case: what is kept at hand decides. Where nothing is (a user who never refused anything and was not asked about
 * lately, a store that was lost, or one that is away), the feature-store is asked, which applies a change before its caller is
 * answered; its answer is kept. The last thing that this process knew of a user does not count: a refusal may have come since.
 */
export function makeReadConsent({ users, directory, keeper, forget }: ReadConsentParts): ConsentReader {
  async function ask(userId: string, isStoreThere: boolean, waiting: Waiting) {
    const refused = await directory.refusedBy(userId, waiting);
    if (isStoreThere) {
      // Unless it is kept it is asked for again; the slate need not wait for that, nor fail with it.
      const kept = keeper.remember(userId, refused).then(() => forget([userId]));
      kept.catch(() => undefined);
    }
    return refused;
  }

  return {
    consentOf: async (userId, waiting) => {
      const kept = await users.kept(userId, waiting).catch(() => undefined);
      return consentOf(kept?.refused ?? (await ask(userId, kept !== undefined, waiting)));
    },
  };
}
