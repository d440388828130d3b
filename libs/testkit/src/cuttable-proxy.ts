import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Flow, throttledPipe } from './throttled-pipe';

/** A way to a server that a test can cut, freeze or slow down. */
export interface CuttableProxy extends AsyncDisposable {
  /** The URL of the server, by way of this proxy. */
  readonly url: string;
  /** `host:port` of this proxy. */
  readonly address: string;
  /** Drops every connection, and each new one at once: to both sides it looks as if the other process was killed. */
  cut(): void;
  /** Connections stay open and new ones are accepted, but no byte passes: as if the server's process was stopped (SIGSTOP). */
  freeze(): void;
  /** Every piece of data takes so much longer from the server to its client. */
  slowDown(delayMs: number): void;
  /** Forwards again as fast as it can, on the same port; what was held back while it was frozen passes now. */
  mend(): void;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'postgres:': 5432, 'postgresql:': 5432, 'redis:': 6379 };

/** Listens on a free loopback port and forwards to the server of this URL. */
export async function openCuttableProxy({ targetUrl }: { readonly targetUrl: string }): Promise<CuttableProxy> {
  const url = new URL(targetUrl);
  const target = { host: url.hostname, port: Number(url.port || DEFAULT_PORTS[url.protocol]) };
  const sockets = new Set<Socket>();
  // It listens while it is cut as well: a port that was given up may be somebody else's when it is mended.
  let isCut = false;
  const flow: Flow = { isFrozen: false, delayMs: 0, onThaw: new Set() };
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    joinSockets(near, connect(target), { open: sockets, flow });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  url.host = address;
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    address,
    cut,
    freeze: () => void (flow.isFrozen = true),
    slowDown: (delayMs) => void (flow.delayMs = delayMs),
    mend: () => {
      isCut = false;
      flow.isFrozen = false;
      flow.delayMs = 0;
      for (const thaw of flow.onThaw) thaw();
      flow.onThaw.clear();
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Ways {
  readonly open: Set<Socket>;
  readonly flow: Flow;
}

/** Forwards both ways until either end closes, and keeps both among the open sockets for that long. */
function joinSockets(near: Socket, far: Socket, { open, flow }: Ways): void {
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    open.add(socket);
    // A proxy that held small pieces back would slow down what it is meant to show.
    socket.setNoDelay();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      other.destroy();
    });
    throttledPipe(socket, other, { flow, isDelayed: socket === far });
  }
}
