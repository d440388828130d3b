import { rpcDetails, rpcStatus } from '@attune/contracts';
import { Client, credentials, type StatusObject, status } from '@grpc/grpc-js';

/** The end of a call as any gRPC client sees it. */
export interface RawAnswer {
  /** `INVALID_ARGUMENT`. */
  readonly status: string;
  readonly message: string;
  readonly reason?: string;
  readonly domain?: string;
  /** The fields that were blamed. */
  readonly fields: readonly string[];
  readonly messages: readonly Buffer[];
}

const asBytes = (bytes: Buffer) => bytes;

/**
 * Calls an RPC with these bytes, without the clients of the fleet: it may be any RPC, real or not, streaming or not, and any
 * bytes. On the wire a unary call is a stream of one message.
 */
export async function rawCall(
  address: string,
  path: string,
  bytes: Buffer = Buffer.alloc(0),
  deadlineMs = 20_000,
): Promise<RawAnswer> {
  // Without a limit of its own: it is the server that must refuse what is too large.
  const client = new Client(address, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  const call = client.makeBidiStreamRequest(path, asBytes, asBytes, { deadline: Date.now() + deadlineMs });
  const messages: Buffer[] = [];
  call.on('data', (message: Buffer) => messages.push(message));
  call.on('error', () => undefined);
  const ended = new Promise<StatusObject>((resolve) => call.once('status', resolve));
  call.write(bytes);
  call.end();
  const answer = { ...answerOf(await ended), messages };
  client.close();
  return answer;
}

function answerOf({ code, details, metadata }: StatusObject): Omit<RawAnswer, 'messages'> {
  const [trailer] = metadata.get('grpc-status-details-bin');
  const parts = trailer instanceof Buffer ? rpcStatus.Status.decode(trailer).details : [];
  const part = (name: string) => parts.find(({ typeUrl }) => typeUrl.endsWith(`/google.rpc.${name}`))?.value;
  const info = part('ErrorInfo');
  const badRequest = part('BadRequest');
  return {
    status: status[code],
    message: details,
    ...(info === undefined ? {} : pick(rpcDetails.ErrorInfo.decode(info))),
    fields:
      badRequest === undefined
        ? []
        : rpcDetails.BadRequest.decode(badRequest).fieldViolations.map(({ field }) => field),
  };
}

function pick({ reason, domain }: rpcDetails.ErrorInfo) {
  return { reason, domain };
}
