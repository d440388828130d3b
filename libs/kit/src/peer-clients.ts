import { readFileSync } from 'node:fs';
import { type PlatformSettings, platformSettings } from '@attune/config';
import { SERVICES, type ServiceName } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { createClient } from '@attune/grpc';
import type { Platform, StartContext } from './platform';
import type { Stack } from './stack';

const ADDRESS_KEYS = {
  'feature-store': 'featureStoreAddress',
  embedding: 'embeddingAddress',
  training: 'trainingAddress',
  serving: 'servingAddress',
  bandit: 'banditAddress',
  experiment: 'experimentAddress',
  monitoring: 'monitoringAddress',
} as const satisfies Record<ServiceName, keyof PlatformSettings>;

/**
 * Makes clients of peers on first use, one per peer. The stack closes all of them in one step that it has from now on: what
 * goes on it later, calls in flight and consumers among it, is closed before and can use its peers to the end.
 */
export function peerClients({ name, settings }: StartContext, stack: Stack): Platform['client'] {
  const clients = new Map<ServiceName, AsyncDisposable>();
  stack.defer('clients of peers', async () => {
    await Promise.all(Array.from(clients.values(), async (client) => client[Symbol.asyncDispose]()));
  });
  return (service) => {
    let client = clients.get(service);
    if (client === undefined) clients.set(service, (client = openClient(name, settings, service)));
    return client as never;
  };
}

function openClient(caller: ServiceName, settings: PlatformSettings, service: ServiceName): AsyncDisposable {
  const address = settings[ADDRESS_KEYS[service]];
  if (address === undefined) {
    const { env } = platformSettings[ADDRESS_KEYS[service]];
    throw new AppError('failed_precondition.no_address', `set ${env}: ${caller} does not know where ${service} is`, {
      metadata: { setting: env },
    });
  }
  const { tlsCertFile, tlsCaFile, peerTokenFile } = settings;
  return createClient({
    definition: SERVICES[service].definition as (typeof SERVICES)['serving']['definition'],
    address,
    caller,
    ...(tlsCertFile === undefined && tlsCaFile === undefined ? {} : { tls: { caFile: tlsCaFile } }),
    ...(peerTokenFile === undefined ? {} : { authToken: readFileSync(peerTokenFile, 'utf8').trim() }),
  });
}
