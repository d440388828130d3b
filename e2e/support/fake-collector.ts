import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** How a collector can be: well, or wrong in one of the ways that collectors go wrong. */
export type CollectorMood = 'well' | 'frozen' | 'hangs up' | 'talks rubbish' | 'answers 100 MB' | 'drips';

const MEGABYTE = Buffer.alloc(2 ** 20, 7);
const DRIP_MS = 100;

/** A collector of OpenTelemetry on loopback whose mood the test sets. */
export class FakeCollector implements AsyncDisposable {
  mood: CollectorMood = 'well';
  /** Requests that were taken in full, by path. */
  readonly taken: string[] = [];
  /** Requests that came at all. */
  asked = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => this.#answer(request, response));
  }

  /** Listens on a free port. */
  static async start(): Promise<FakeCollector> {
    const server = createServer({ keepAliveTimeout: 1_000 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeCollector(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked += 1;
    const { socket } = request;
    if (this.mood === 'frozen') return;
    if (this.mood === 'hangs up') socket.destroy();
    else if (this.mood === 'talks rubbish') socket.end('\u0000\u0001 this is no HTTP \r\n\r\n{"}');
    else if (this.mood === 'answers 100 MB') sendMuch(response);
    else if (this.mood === 'drips') drip(socket, response);
    else {
      request.resume().on('end', () => {
        this.taken.push(request.url ?? '');
        response.end();
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function sendMuch(response: ServerResponse): void {
  response.writeHead(200);
  let left = 100;
  const send = () => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(MEGABYTE)) return void response.once('drain', send);
    }
    response.end();
  };
  response.on('error', () => undefined);
  send();
}

function drip(socket: Socket, response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write('.'), DRIP_MS);
  socket.once('close', () => clearInterval(timer));
}
