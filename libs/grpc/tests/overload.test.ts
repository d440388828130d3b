import { createClient } from '@attune/contracts';
import type { AppError } from '@attune/errors';
import { until } from '@attune/testkit';
import { BusyProcess } from './busy-process';
import { anEcho, ECHO_RULES, type Echo, EchoService, startEcho } from './echo-service';
import { rawCall } from './raw-call';

const WORK_MS = 12;
const DEADLINE_MS = 400;
const BURSTS = 30;
const PER_BURST = 10;
const EVERY_MS = 30;

interface Outcome {
  readonly code: string;
  readonly ms: number;
}

/** How a call ended, and after how long. */
async function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  const startedAt = performance.now();
  const code = await call.then(
    () => 'ok',
    (error: AppError) => error.code,
  );
  return { code, ms: performance.now() - startedAt };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const timesOf = (outcomes: readonly Outcome[], code: string) =>
  outcomes.filter((outcome) => outcome.code === code).map(({ ms }) => ms);

/** Four times the calls that the server can answer, for a second; and meanwhile its health. */
async function storm(address: string, say: () => Promise<Echo>): Promise<{ calls: Outcome[]; health: number[] }> {
  const calls: Promise<Outcome>[] = [];
  const health: Promise<Outcome>[] = [];
  for (let burst = 0; burst < BURSTS; burst += 1) {
    const startedAt = performance.now();
    for (let call = 0; call < PER_BURST; call += 1) calls.push(outcomeOf(say()));
    health.push(outcomeOf(rawCall(address, { path: '/grpc.health.v1.Health/Check' })));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, EVERY_MS - (performance.now() - startedAt))));
  }
  return { calls: await Promise.all(calls), health: timesOf(await Promise.all(health), 'ok') };
}

describe('a server that gets several times the calls that it can answer', () => {
  it('answers what it can in time, refuses the rest at once, tells its health, and is itself again soon', async () => {
    await using server = await BusyProcess.start(WORK_MS);
    const client = { definition: EchoService, address: server.address, caller: 'tests', rules: ECHO_RULES };
    await using echo = createClient(client);
    const say = () => echo.say(anEcho('x'), { deadlineMs: DEADLINE_MS });
    await say();
    const { calls, health } = await storm(server.address, say);
    const endedAt = performance.now();
    await until('a call is answered again', async () => (await outcomeOf(say())).code === 'ok');
    expect(performance.now() - endedAt).toBeLessThan(2_000);
    const answered = timesOf(calls, 'ok');
    const refused = timesOf(calls, 'exhausted.overload');
    const { begun, inFlight, linesLogged } = await server.report();
    // With a core of its own it answers some 75; on a machine that has much else to do, still some.
    expect(answered.length).toBeGreaterThan(5);
    expect(refused.length).toBeGreaterThan(100);
    // Nothing is begun that is not answered: work for callers who have gone is the way into collapse.
    expect(begun - answered.length).toBeLessThan(10 + answered.length * 0.1);
    // How soon in milliseconds says the bench, on a machine of its own. Here: before those that had to wait for their turn.
    expect(median(refused)).toBeLessThan(median(answered));
    expect(median(health)).toBeLessThan(Math.max(50, median(answered)));
    expect([inFlight, linesLogged < 20]).toEqual([0, true]);
  });

  it('begins no work for calls that were cancelled while they waited', async () => {
    const gate = Promise.withResolvers<void>();
    const begun: string[] = [];
    await using echo = await startEcho(
      {
        say: async (request) => {
          begun.push(request.text);
          await gate.promise;
          return request;
        },
      },
      { admission: { maxConcurrent: 1 } },
    );
    const first = echo.client.say(anEcho('first'));
    await until('the first runs', async () => begun.length === 1);
    const giveUp = new AbortController();
    const second = echo.client.say(anEcho('second'), { signal: giveUp.signal });
    await until('the second waits', async () => echo.server.inFlight === 2);
    giveUp.abort();
    await expect(second).rejects.toMatchObject({ code: 'cancelled.call' });
    await until('the second is forgotten', async () => echo.server.inFlight === 1);
    const third = echo.client.say(anEcho('third'));
    gate.resolve();
    await Promise.all([first, third]);
    expect(begun).toEqual(['first', 'third']);
  });
});
