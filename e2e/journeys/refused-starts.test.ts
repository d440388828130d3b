import { text } from 'node:stream/consumers';
import { SERVICES, type ServiceName } from '@attune/contracts';
import { useInfra } from '@attune/testkit';
import { mainOf } from '../support/root';
import { spawnNode } from '../support/service-process';

jest.setTimeout(60_000);
const { databaseUrl, redisUrl, objectStoreUrl, namespace } = useInfra();
const NAMES = Object.keys(SERVICES) as ServiceName[];
const GOOD = {
  ...{ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, OBJECT_STORE_URL: objectStoreUrl },
  ...{ ATTUNE_NAMESPACE: namespace, ATTUNE_LOG_LEVEL: 'silent' },
};

/** Starts a service as it was built with settings that it must refuse. */
async function startOf(name: ServiceName, env: Readonly<Record<string, string>>) {
  const child = spawnNode([mainOf('services', name)], env);
  let isReady = false;
  child.once('message', () => {
    isReady = true;
    child.kill('SIGKILL');
  });
  const [exitCode, stderr] = await Promise.all([
    new Promise<number | null>((resolve) => child.once('close', resolve)),
    text(child.stderr!),
  ]);
  return { isReady, exitCode, problems: stderr.trim().split('\n') };
}

describe.each(NAMES)('%s', (name) => {
  it('refuses to listen beyond loopback without TLS, tokens and a privacy secret, and names all that is missing', async () => {
    const { exitCode, isReady, problems } = await startOf(name, { ...GOOD, ATTUNE_LISTEN: '0.0.0.0:0' });
    expect({ exitCode, isReady }).toEqual({ exitCode: 2, isReady: false });
    const missing = ['ATTUNE_TLS_CERT_FILE', 'ATTUNE_TLS_KEY_FILE', 'ATTUNE_AUTH_TOKENS_FILE', 'ATTUNE_PRIVACY_SECRET'];
    expect(problems).toEqual(
      missing.map((setting) => expect.stringMatching(new RegExp(`^${setting}: .*beyond loopback`))),
    );
  });
});

describe('a service with wrong settings', () => {
  it('names all of them at once: malformed, unknown and misspelt', async () => {
    const { exitCode, problems } = await startOf('serving', {
      ...GOOD,
      REDIS_URL: 'mysql://127.0.0.1',
      ATTUNE_LISTEN: 'nowhere',
      ATTUNE_EVENT_LOG_PARTITIONS: 'many',
      ATTUNE_LOG_LEVL: 'info',
    });
    expect(exitCode).toBe(2);
    expect(problems).toEqual([
      expect.stringMatching(/^ATTUNE_LISTEN: .*"nowhere"/),
      expect.stringMatching(/^REDIS_URL: /),
      expect.stringMatching(/^ATTUNE_EVENT_LOG_PARTITIONS: .*"many"/),
      expect.stringMatching(/^ATTUNE_LOG_LEVL: is not a setting; did you mean ATTUNE_LOG_LEVEL\?/),
    ]);
  });

  it('names the servers that it needs and was not given', async () => {
    const { exitCode, problems } = await startOf('feature-store', {});
    expect(exitCode).toBe(2);
    expect(problems.map((line) => line.split(':')[0])).toEqual(['DATABASE_URL', 'REDIS_URL', 'OBJECT_STORE_URL']);
  });
});
