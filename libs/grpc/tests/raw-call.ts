import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

const asBytes = (bytes: Buffer) => bytes;

/** One unary call as any gRPC client sends it: bytes, headers and a deadline of your choice. */
export async function rawCall(
  address: string,
  call: { path: string; bytes?: Buffer; headers?: Record<string, string>; deadlineMs?: number },
): Promise<{ bytes?: Buffer; error?: ServiceError; trailers: Metadata }> {
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(call.headers ?? {})) metadata.set(name, value);
  const options = call.deadlineMs === undefined ? {} : { deadline: Date.now() + call.deadlineMs };
  let trailers = new Metadata();
  const answer = await new Promise<{ bytes?: Buffer; error?: ServiceError }>((resolve) => {
    const sent = client.makeUnaryRequest(
      call.path,
      asBytes,
      asBytes,
      call.bytes ?? Buffer.alloc(0),
      metadata,
      options,
      (error, bytes) => setImmediate(() => resolve({ ...(bytes && { bytes }), ...(error && { error }) })),
    );
    sent.on('status', (status) => {
      trailers = status.metadata;
    });
  });
  client.close();
  return { ...answer, trailers };
}
