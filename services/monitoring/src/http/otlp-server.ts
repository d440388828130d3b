import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { AppError } from '@attune/errors';
import type { OtlpAnswer } from './otlp-answer';

/** Where spans come in, and who may send them. */
export interface OtlpServerOptions {
  readonly host: string;
  readonly port: number;
  /** Who sends must have it as a bearer token; anybody may when there is none, on loopback. */
  readonly token?: string;
  /** The certificate chain and its key, PEM. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly answer: (request: IncomingMessage, isKnown: boolean) => Promise<OtlpAnswer>;
}

/** A server that takes spans. */
export interface OtlpServer extends AsyncDisposable {
  readonly port: number;
}

// somebody who sends a byte now and then holds a connection, and no more for ever
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 256;

/** Listens for spans. */
export async function startOtlpServer({ host, port, token, tls, answer }: OtlpServerOptions): Promise<OtlpServer> {
  const hash = token === undefined ? undefined : hashOf(token);
  const listener: RequestListener = async (request, response) =>
    send(request, response, await answer(request, isKnown(request, hash)));
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  await listening(server, host, port);
  return {
    port: (server.address() as { port: number }).port,
    [Symbol.asyncDispose]: () => stop(server),
  };
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: OtlpAnswer): void {
  // what is left of a body that nobody reads goes with its connection
  if (!request.complete) response.setHeader('connection', 'close');
  response.writeHead(status, headers).end(body);
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new AppError('failed_precondition.otlp_port', `spans cannot be received on ${host}:${port}: ${cause.message}`, {
          cause,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const hurry = setTimeout(() => server.closeAllConnections(), REQUEST_TIMEOUT_MS);
  await closed;
  clearTimeout(hurry);
}

function isKnown({ headers }: IncomingMessage, hash: Buffer | undefined): boolean {
  if (hash === undefined) return true;
  const [, token = ''] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
  return timingSafeEqual(hashOf(token), hash);
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
