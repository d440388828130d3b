import { readFileSync } from 'node:fs';
import type { PlatformSettings } from '@attune/config';
import { createClient, SERVICES, type ServiceName } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import type { Stack } from '@attune/kit';
import type { ServiceProbe } from '../use-cases/get-fleet-health';

const DEADLINE_MS = 2_000;
const SERVING = 1;

/** The standard health service: the request for the whole server is the empty message, and the answer one enum field. */
const HEALTH = {
  check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: (_: object) => Buffer.alloc(0),
    requestDeserialize: (_: Buffer) => ({}),
    responseSerialize: (_: { readonly status: number }) => Buffer.alloc(0),
    responseDeserialize: (bytes: Buffer) => ({ status: bytes[1] ?? 0 }),
  },
} as const;

const ADDRESS_KEYS = {
  'feature-store': 'featureStoreAddress',
  embedding: 'embeddingAddress',
  training: 'trainingAddress',
  serving: 'servingAddress',
  bandit: 'banditAddress',
  experiment: 'experimentAddress',
  monitoring: 'monitoringAddress',
} as const satisfies Record<ServiceName, keyof PlatformSettings>;

/** How each service of the fleet is asked whether it serves; monitoring itself does, or nobody could ask. */
export function healthProbes(settings: PlatformSettings, stack: Stack): readonly ServiceProbe[] {
  return (Object.keys(SERVICES) as ServiceName[]).map((name) => {
    const address = settings[ADDRESS_KEYS[name]];
    if (name === 'monitoring') return { name, probe: async () => 'serving' };
    if (address === undefined) return { name, probe: async () => undefined };
    const client = clientOf(address, settings);
    stack.defer(`probe of ${name}`, async () => client[Symbol.asyncDispose]());
    const probe: ServiceProbe['probe'] = async () => {
      try {
        const { status } = await client.check({});
        return status === SERVING ? 'serving' : 'not_serving';
      } catch (error) {
        if (isAppError(error)) return 'unreachable';
        throw error;
      }
    };
    return { name, probe };
  });
}

function clientOf(address: string, { tlsCertFile, tlsCaFile, peerTokenFile }: PlatformSettings) {
  return createClient({
    ...{ definition: HEALTH, address, caller: 'monitoring', defaultDeadlineMs: DEADLINE_MS, hedging: false },
    rules: { check: { roles: ['public', 'internal', 'operator'], effect: 'read' } },
    ...(tlsCertFile === undefined && tlsCaFile === undefined ? {} : { tls: { caFile: tlsCaFile } }),
    ...(peerTokenFile === undefined ? {} : { authToken: readFileSync(peerTokenFile, 'utf8').trim() }),
  });
}
