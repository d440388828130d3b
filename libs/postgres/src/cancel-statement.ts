import { connect } from 'node:net';
import type { PoolClient } from 'pg';

/** What the server told the connection when it started; pg keeps it under names that its types leave out. */
interface BackendKey {
  readonly processID: number | null;
  readonly secretKey: number | null;
}

const CANCEL_REQUEST_CODE = 80_877_102;
const GIVE_UP_AFTER_MS = 5_000;

/**
 * Sends PostgreSQL's cancel request for what a connection is doing, over a socket of its own that needs no login and no
 * free slot in the pool. Resolves when the server has passed the request on, so that it cannot hit a later statement;
 * never rejects, for the connection itself tells what became of the statement.
 */
export function cancelStatement(client: PoolClient): Promise<void> {
  const { processID, secretKey } = client as unknown as BackendKey;
  if (processID === null || secretKey === null) return Promise.resolve();
  const { host, port } = client as unknown as { host: string; port: number };
  const socket = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  return new Promise((resolve) => {
    socket.setTimeout(GIVE_UP_AFTER_MS, () => socket.destroy());
    // The server answers nothing: it closes the socket once it has signalled the backend.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => resolve());
    socket.resume().write(cancelRequest(processID, secretKey));
  });
}

function cancelRequest(processId: number, secretKey: number): Buffer {
  const message = Buffer.alloc(16);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  message.writeInt32BE(processId, 8);
  message.writeInt32BE(secretKey, 12);
  return message;
}
