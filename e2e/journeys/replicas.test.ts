import { useInfra } from '@attune/testkit';
import { Replicas } from '../support/replicas';

jest.setTimeout(120_000);
const CALLS = 1_000;
const STRIKE_AT = 300;

let replicas: Replicas;
beforeAll(async () => {
  replicas = await Replicas.start(useInfra(), 3);
});
afterAll(() => replicas?.[Symbol.asyncDispose]());

// However a test ends, all three are up for the next one, and none is left frozen.
afterEach(async () => {
  const struck = replicas.processes[1]!;
  if (struck.isRunning) process.kill(struck.pid, 'SIGCONT');
  else await struck.start();
  await replicas.allServe();
});

describe('one of three replicas of serving, under load,', () => {
  it('loses no call when it is told to stop', async () => {
    const strike = () => replicas.processes[1]!.stop();
    const { answered, failures } = await replicas.load({ calls: CALLS, strikeAt: STRIKE_AT, strike });
    expect([failures, answered]).toEqual([[], CALLS]);
  });

  it('loses no call when it is killed, for they are sent again', async () => {
    const strike = () => replicas.processes[1]!.kill();
    const { answered, failures } = await replicas.load({ calls: CALLS, strikeAt: STRIKE_AT, strike });
    expect([failures, answered]).toEqual([[], CALLS]);
  });

  it('loses at most one call in a thousand when it freezes, for slow calls are sent to another one too', async () => {
    const strike = async () => process.kill(replicas.processes[1]!.pid, 'SIGSTOP');
    const { failures } = await replicas.load({ calls: CALLS, strikeAt: STRIKE_AT, strike });
    expect(failures.length).toBeLessThanOrEqual(CALLS / 1_000);
  });
});
