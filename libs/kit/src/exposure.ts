import type { PlatformSettings } from '@attune/config';
import type { FieldViolation } from '@attune/errors';
import { isLoopback, splitAddress } from '@attune/grpc';

/**
 * What keeps a service from listening where its settings say: beyond loopback it needs a certificate, its key, a file of
 * callers' tokens and a privacy secret, so that a forgotten setting never opens the fleet to everyone, and never leaves pseudonyms
 * that everyone can resolve.
 */
export function exposureProblems(settings: PlatformSettings): readonly FieldViolation[] {
  const needed = {
    ATTUNE_TLS_CERT_FILE: settings.tlsCertFile,
    ATTUNE_TLS_KEY_FILE: settings.tlsKeyFile,
    ATTUNE_AUTH_TOKENS_FILE: settings.authTokensFile,
    ATTUNE_PRIVACY_SECRET: settings.privacySecret,
  };
  const missing = Object.entries(needed).filter(([, value]) => value === undefined);
  if (!isLoopback(splitAddress(settings.listen).host)) {
    const why = `is required to listen on ${settings.listen}: beyond loopback a service needs TLS, authentication and a secret for its pseudonyms`;
    return missing.map(([field]) => ({ field, description: why }));
  }
  if ((settings.tlsCertFile === undefined) === (settings.tlsKeyFile === undefined)) return [];
  const field = settings.tlsCertFile === undefined ? 'ATTUNE_TLS_CERT_FILE' : 'ATTUNE_TLS_KEY_FILE';
  return [{ field, description: 'is required: a certificate and its key come together' }];
}
