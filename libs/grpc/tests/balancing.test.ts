import { type CallOptions, createClient } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type CuttableProxy, openCuttableProxy, until } from '@attune/testkit';
import { type GrpcServer, serviceOf, startGrpcServer } from '../src';
import { anEcho, ECHO_RULES, type Echo, EchoService, recordingLogger } from './echo-service';

/** Three servers that answer with their numbers, each behind a proxy that a test can cut or freeze, and a client of all. */
class Three implements AsyncDisposable {
  readonly servers: GrpcServer[] = [];
  readonly roads: CuttableProxy[] = [];
  readonly calls = [0, 0, 0];
  client!: ReturnType<typeof clientOf>;
  #say: (request: Echo, place: number) => Promise<Echo> = async (_, place) => anEcho(String(place));

  static async start(say?: (request: Echo, place: number) => Promise<Echo>): Promise<Three> {
    const three = new Three();
    if (say !== undefined) three.#say = say;
    for (const place of [0, 1, 2]) three.servers.push(await three.#startServer(place));
    for (const { address } of three.servers) {
      three.roads.push(await openCuttableProxy({ targetUrl: `tcp://${address}` }));
    }
    three.client = clientOf(three.roads.map(({ address }) => address).join(','));
    await until('every endpoint was asked', async () => {
      await three.ask();
      return three.calls.every((count) => count > 0);
    });
    return three;
  }

  #startServer(place: number): Promise<GrpcServer> {
    const say = async (request: Echo) => {
      this.calls[place]! += 1;
      return this.#say(request, place);
    };
    const service = serviceOf({ definition: EchoService, handlers: { say, change: say }, rules: ECHO_RULES });
    return startGrpcServer({ listen: '127.0.0.1:0', services: [service], logger: recordingLogger() });
  }

  async ask(options: CallOptions = {}): Promise<number> {
    return Number((await this.client.say(anEcho(''), { deadlineMs: 5_000, ...options })).text);
  }

  /** Asks so often, one after the other, and resolves to who answered how often. */
  async askTimes(count: number, options: CallOptions = {}): Promise<number[]> {
    const answers = [0, 0, 0];
    for (let call = 0; call < count; call += 1) answers[await this.ask(options)]! += 1;
    return answers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    for (const road of this.roads) await road[Symbol.asyncDispose]();
    for (const server of this.servers) await server[Symbol.asyncDispose]();
  }
}

const clientOf = (address: string) =>
  createClient({ definition: EchoService, address, caller: 'tests', rules: ECHO_RULES });

describe('a client of several endpoints', () => {
  it('spreads its calls evenly', async () => {
    await using three = await Three.start();
    expect(await three.askTimes(30, { hedge: false })).toEqual([10, 10, 10]);
  });

  it('loses no read when one of them dies, and asks it again when it is back', async () => {
    await using three = await Three.start();
    three.roads[1]!.cut();
    const [, dead] = await three.askTimes(30);
    expect(dead).toBe(0);
    three.roads[1]!.mend();
    await until('the endpoint is asked again', async () => (await three.ask()) === 1);
  });

  it('loses no read when one of them freezes, and soon asks the others first', async () => {
    await using three = await Three.start();
    await three.askTimes(60);
    three.roads[1]!.freeze();
    const before = three.calls[1]!;
    const [, frozen] = await three.askTimes(60);
    expect(frozen).toBe(0);
    const startedAt = performance.now();
    await three.askTimes(60);
    // Sixty answers of a millisecond or so: a call that waits for the frozen one in every third would take far longer.
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    three.roads[1]!.mend();
    await until('the endpoint answers again', async () => (await three.ask()) === 1);
    expect(three.calls[1]!).toBeGreaterThan(before);
  });

  it('never sends a call that changes something to a second endpoint while the first may still do it', async () => {
    const slow = Promise.withResolvers<void>();
    let changes = 0;
    await using three = await Three.start(async (request, place) => {
      if (request.text !== 'change') return anEcho(String(place));
      changes += 1;
      await slow.promise;
      return request;
    });
    await three.askTimes(30);
    const changed = three.client.change(anEcho('change'), { deadlineMs: 5_000 });
    await until('it was sent', async () => changes === 1);
    await three.askTimes(30);
    slow.resolve();
    await changed;
    expect(changes).toBe(1);
  });

  it('sends less to the one that refuses, though it is the one with the least to do', async () => {
    let isBusy = false;
    await using three = await Three.start(async (_, place) => {
      if (isBusy && place === 2) throw new AppError('exhausted.calls', 'busy');
      await new Promise((resolve) => setImmediate(resolve));
      return anEcho(String(place));
    });
    isBusy = true;
    const before = three.calls[2]!;
    for (let round = 0; round < 10; round += 1) await Promise.allSettled(Array.from({ length: 6 }, () => three.ask()));
    // In turn it would get twenty, and by its open calls alone nearly all.
    expect(three.calls[2]! - before).toBeLessThan(20);
  });
});
