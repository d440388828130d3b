import { defineSettings, loadSettings, platformSettings } from '@attune/config';
import { TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { useInfra } from '@attune/testkit';
import { startService } from '../src/start-service';
import { recordingLogger } from './recording-logger';

const { redisUrl, objectStoreUrl, namespace } = useInfra();
const env = { ATTUNE_NAMESPACE: namespace, REDIS_URL: redisUrl, OBJECT_STORE_URL: objectStoreUrl };

describe('a service that listens to events', () => {
  it('finds every topic of the fleet, and has caught up once all its records are handled', async () => {
    const handled: string[] = [];
    let log: EventLog | undefined;
    await using service = await startService({
      name: 'monitoring',
      settings: loadSettings(defineSettings({ ...platformSettings }), env),
      uses: ['event-log', 'object-store'],
      overrides: { logger: recordingLogger() },
      compose: async ({ eventLog, objectStore }) => {
        log = eventLog;
        const subscription = await eventLog.subscribe({
          topic: TOPICS.interactions.name,
          group: 'monitoring',
          handle: async (batch) => void handled.push(...batch.map(({ key }) => key)),
        });
        await objectStore.put('proof', new Uint8Array([1]));
        return { handlers: {}, subscriptions: [subscription] };
      },
    });
    const keys = Array.from({ length: 50 }, (_, n) => `user-${n}`);
    await log!.append(
      TOPICS.interactions.name,
      keys.map((key) => ({ key, value: new Uint8Array([1]) })),
    );
    await service.caughtUp();
    expect(handled.sort()).toEqual(keys.sort());
  });
});
