import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that a test can cut: to both sides it looks as if the other process was killed. */
export interface CuttableProxy extends AsyncDisposable {
  /** The URL of the server, by way of this proxy. */
  readonly url: string;
  /** Drops every connection, and each new one at once. */
  cut(): void;
  /** Forwards new connections again, on the same port. */
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
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    joinSockets(near, connect(target), sockets);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    mend: () => void (isCut = false),
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Forwards both ways until either end closes, and keeps both among the open sockets for that long. */
function joinSockets(near: Socket, far: Socket, open: Set<Socket>): void {
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      other.destroy();
    });
    socket.pipe(other);
  }
}
