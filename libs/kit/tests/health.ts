import { credentials, Client as GrpcClient } from '@grpc/grpc-js';

const STATUS = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** What the standard health service says about a service, or the gRPC status of the failed call. */
export function healthOf(address: string, service: string): Promise<string> {
  const client = new GrpcClient(address, credentials.createInsecure());
  const name = Buffer.from(service);
  const request = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const asBytes = (bytes: Buffer) => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', asBytes, asBytes, request, (error, answer) => {
      client.close();
      // A message with one field, an enumeration: its tag, then its value.
      resolve(error === null ? (STATUS[answer?.[1] ?? 0] ?? 'UNKNOWN') : `status ${error.code}`);
    });
  });
}
