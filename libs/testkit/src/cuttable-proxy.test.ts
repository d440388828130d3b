import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type CuttableProxy, openCuttableProxy } from './cuttable-proxy';

let server: Server;
let proxy: CuttableProxy;

beforeEach(async () => {
  server = createServer((socket) => void socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  proxy = await openCuttableProxy({ targetUrl: `redis://user:secret@127.0.0.1:${port}/2` });
});
afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await new Promise((resolve) => server.close(resolve));
});

const connected = (): Socket => connect(Number(new URL(proxy.url).port), '127.0.0.1').on('error', () => undefined);

async function echoOf(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}

describe('openCuttableProxy', () => {
  it('forwards both ways, and keeps the rest of the URL', async () => {
    expect(await echoOf(connected(), 'hello')).toBe('hello');
    expect(proxy.url).toMatch(/^redis:\/\/user:secret@127\.0\.0\.1:\d+\/2$/);
  });

  it('ends the connections that it cuts, and new ones', async () => {
    const before = connected();
    await echoOf(before, 'hello');
    const ended = once(before, 'close');
    proxy.cut();
    await ended;
    await once(connected(), 'close');
  });

  it('forwards again once it is mended', async () => {
    proxy.cut();
    await once(connected(), 'close');
    proxy.mend();
    expect(await echoOf(connected(), 'back')).toBe('back');
  });

  it('lets nothing pass while it is frozen, keeps connections open, and passes on what it held when it is mended', async () => {
    const socket = connected();
    await echoOf(socket, 'before');
    proxy.freeze();
    const held = echoOf(socket, 'held');
    const late = connected();
    await once(late, 'connect');
    proxy.mend();
    expect(await held).toBe('held');
    expect(await echoOf(late, 'late')).toBe('late');
  });

  it('takes its time with every answer while it is slow', async () => {
    const socket = connected();
    await echoOf(socket, 'before');
    proxy.slowDown(40);
    const startedAt = performance.now();
    await echoOf(socket, 'slow');
    // A timer may come a moment before the clock says so.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(38);
  });
});
