import type { PlatformSettings } from '@attune/config';
import { DEVELOPMENT_SECRET, openPrivacy, type Privacy } from '@attune/privacy';
import type { Logger } from '@attune/telemetry';

/** Opens the pseudonyms and the signature of the fleet from its secret. */
export function privacyOf({ privacySecret = DEVELOPMENT_SECRET }: Pick<PlatformSettings, 'privacySecret'>): Privacy {
  return openPrivacy(privacySecret);
}

/** Says once, at the start, that the secret is not one. */
export function warnOfDevelopmentSecret(
  { privacySecret }: Pick<PlatformSettings, 'privacySecret'>,
  logger: Pick<Logger, 'warn'>,
): void {
  if (privacySecret !== undefined) return;
  logger.warn(
    { setting: 'ATTUNE_PRIVACY_SECRET' },
    'user ids are hashed with the development secret, which everybody knows: set ATTUNE_PRIVACY_SECRET before real people use this',
  );
}
