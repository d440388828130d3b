import { readFileSync } from 'node:fs';
import { type PlatformSettings, platformSettings } from '@attune/config';
import { connect, type ServiceName } from '@attune/contracts';
import { AppError } from '@attune/errors';
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

/** How long a call to a peer may take where nobody says; a call made for another one has at most what that has left. */
const CALL_MS = 10_000;

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
  return connect(service, {
    address,
    caller,
    deadlineMs: CALL_MS,
    ...(tlsCertFile === undefined && tlsCaFile === undefined ? {} : { tls: { caFile: tlsCaFile } }),
    ...(peerTokenFile === undefined ? {} : { authToken: readFileSync(peerTokenFile, 'utf8').trim() }),
  });
}
