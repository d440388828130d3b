import { loadSettings } from '@attune/config';
import { createClient, SERVICES } from '@attune/contracts';
import type { Platform, RunningService } from '@attune/kit';
import { keyPrefixFor, openRedis, type Redis } from '@attune/redis';
import { settingsOf, type TestInfra } from '@attune/testkit';
import { featureStoreSettings, startFeatureStore } from '../src';

const { definition } = SERVICES['feature-store'];

/** A client of the feature-store, as a product has it. */
export type FeatureStoreClient = ReturnType<typeof aClient>;

/** A feature-store of this test file alone, with a client. */
export interface Started extends AsyncDisposable {
  readonly service: RunningService;
  readonly client: FeatureStoreClient;
}

function aClient(address: string) {
  return createClient({ definition, address, caller: 'test' });
}

/** Starts the service on a free port in the namespace of the test file. */
export async function startForTest(
  infra: TestInfra,
  overrides: Partial<Platform> = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const config = loadSettings(featureStoreSettings, { ...settingsOf(infra), ...settings });
  const service = await startFeatureStore(config, overrides);
  const client = aClient(service.address);
  return {
    service,
    client,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

/** The service's own view of Redis, for tests that lose or damage it. */
export function ownRedis(infra: TestInfra): Redis {
  const keyPrefix = keyPrefixFor(infra.namespace, 'feature-store');
  return openRedis({ url: infra.redisUrl, keyPrefix, connectionName: 'test' });
}
