import { defineSettings, loadSettings, type PlatformSettings, platformSettings } from '@attune/config';
import { exposureProblems } from './exposure';

const settingsOf = (env: NodeJS.ProcessEnv): PlatformSettings => loadSettings(defineSettings(platformSettings), env);
const fieldsOf = (env: NodeJS.ProcessEnv) => exposureProblems(settingsOf(env)).map(({ field }) => field);
const PROTECTED = {
  ATTUNE_LISTEN: '0.0.0.0:1',
  ATTUNE_TLS_CERT_FILE: 'c.pem',
  ATTUNE_TLS_KEY_FILE: 'k.pem',
  ATTUNE_AUTH_TOKENS_FILE: 't.json',
  ATTUNE_PRIVACY_SECRET: 'x'.repeat(32),
};

describe('exposureProblems', () => {
  it.each(['127.0.0.1:0', '127.8.8.8:1', 'localhost:7101', '[::1]:7101'])(
    'lets %s listen without protection',
    (listen) => {
      expect(fieldsOf({ ATTUNE_LISTEN: listen })).toEqual([]);
    },
  );

  it.each(['0.0.0.0:7101', '[::]:7101', '10.0.0.5:1', 'feature-store:1', '[::ffff:10.0.0.5]:1'])(
    'refuses to listen on %s without TLS, tokens and a privacy secret, and names every setting that is missing',
    (listen) => {
      expect(fieldsOf({ ATTUNE_LISTEN: listen })).toEqual([
        'ATTUNE_TLS_CERT_FILE',
        'ATTUNE_TLS_KEY_FILE',
        'ATTUNE_AUTH_TOKENS_FILE',
        'ATTUNE_PRIVACY_SECRET',
      ]);
    },
  );

  it('refuses TLS without tokens beyond loopback', () => {
    const { ATTUNE_AUTH_TOKENS_FILE, ...env } = PROTECTED;
    expect(fieldsOf(env)).toEqual(['ATTUNE_AUTH_TOKENS_FILE']);
  });

  it('refuses to listen beyond loopback with pseudonyms that everybody can resolve', () => {
    const { ATTUNE_PRIVACY_SECRET, ...env } = PROTECTED;
    expect(fieldsOf(env)).toEqual(['ATTUNE_PRIVACY_SECRET']);
  });

  it('lets a protected service listen anywhere', () => {
    expect(fieldsOf(PROTECTED)).toEqual([]);
  });

  it('refuses half a certificate even on loopback', () => {
    expect(fieldsOf({ ATTUNE_TLS_CERT_FILE: 'c.pem' })).toEqual(['ATTUNE_TLS_KEY_FILE']);
  });
});
