import { makeReceiptSigner, type ReceiptSigner } from './receipt';
import { makeUserKeys, type UserKeyOf } from './user-keys';

/** What a service does with the fleet's privacy secret; the secret itself stays inside. */
export interface Privacy extends ReceiptSigner {
  /** The pseudonym of a user, see `makeUserKeys`. */
  readonly userKeyOf: UserKeyOf;
}

/**
 * Stands in on loopback where no secret is set, so that a service starts without any settings. Everybody can read it here: it
 * protects nobody.
 */
export const DEVELOPMENT_SECRET = 'the development secret of attune, known to all';

/** Opens what hangs on the privacy secret. Services with the same secret agree on user keys and sign with one identity. */
export function openPrivacy(secret: string): Privacy {
  return { userKeyOf: makeUserKeys(secret), ...makeReceiptSigner(secret) };
}
