import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';

/** What the standard gRPC health service can answer. */
export type HealthStatus = 'UNKNOWN' | 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';

const STATUSES: readonly HealthStatus[] = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const DEADLINE_MS = 5_000;

// The request for the whole server is the empty message, and the answer one enum field: no generated code is needed.
const HealthClient = makeGenericClientConstructor({}, 'grpc.health.v1.Health');

/** Asks a server on loopback whether it serves. Rejects where it does not answer. */
export function checkHealth(address: string): Promise<HealthStatus> {
  const client = new HealthClient(address, credentials.createInsecure());
  return new Promise<HealthStatus>((resolve, reject) => {
    client.makeUnaryRequest<Buffer, HealthStatus>(
      '/grpc.health.v1.Health/Check',
      (request) => request,
      (answer) => STATUSES[answer[1] ?? 0] ?? 'UNKNOWN',
      Buffer.alloc(0),
      { deadline: Date.now() + DEADLINE_MS },
      (error, status) => (error === null && status !== undefined ? resolve(status) : reject(error)),
    );
  }).finally(() => client.close());
}
