import { loadSettings, platformSettings } from '@attune/config';
import { recordingLogger } from '../tests/recording-logger';
import type { Platform } from './platform';
import { type RunningService, startService } from './start-service';

const overrides = { logger: recordingLogger() };
const series = (metric: string) => ({ metric, labels: {}, from: undefined, to: undefined, stepSeconds: 0 });

const startPeer = (): Promise<RunningService> =>
  startService({
    name: 'monitoring',
    settings: loadSettings(platformSettings, {}),
    uses: [],
    overrides,
    compose: async () => ({ handlers: { getTimeSeries: async ({ metric }) => ({ points: [], unit: metric }) } }),
  });

describe('the client of a peer', () => {
  it('outlives what was composed, also when it was first used after the service went live', async () => {
    await using peer = await startPeer();
    let platform: Platform | undefined;
    let lastAnswer = '';
    const service = await startService({
      name: 'serving',
      settings: loadSettings(platformSettings, { ATTUNE_MONITORING_ADDRESS: peer.address }),
      uses: [],
      overrides,
      compose: async (given, stack) => {
        platform = given;
        stack.defer('worker', async () => {
          lastAnswer = (await given.client('monitoring').getTimeSeries(series('last'))).unit;
        });
        return { handlers: {} };
      },
    });
    await platform!.client('monitoring').getTimeSeries(series('first'));
    await service[Symbol.asyncDispose]();
    expect(lastAnswer).toBe('last');
  });
});
