import { events, serving } from '@attune/contracts';
import { aUser, useInfra } from '@attune/testkit';
import { type Fleet, startFleet } from '../support/fleet';

jest.setTimeout(60_000);
const { NO_CONSENT, UNKNOWN_USER } = events.Personalization;
const infra = useInfra();
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ infra, services: ['feature-store', 'training', 'serving'] });
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

const say = (userId: string, personalization: boolean) =>
  fleet
    .client('feature-store')
    .upsertUsers({ users: [aUser({ userId, consent: { personalization } })], requestId: '' });

async function slateOf(userId: string): Promise<events.Personalization> {
  const request = serving.RecommendRequest.fromPartial({ userId, count: 3 });
  return (await fleet.client('serving').recommend(request)).personalization;
}

describe('a refusal of personalization', () => {
  it('is respected by the next request, every time', async () => {
    const after: events.Personalization[] = [];
    for (let i = 0; i < 10; i++) {
      const userId = `user-${i}`;
      await say(userId, true);
      await slateOf(userId);
      await say(userId, false);
      after.push(await slateOf(userId));
    }
    expect(after).toEqual(Array.from({ length: 10 }, () => NO_CONSENT));
  });

  it('can be taken back', async () => {
    await say('again', false);
    expect(await slateOf('again')).toBe(NO_CONSENT);
    await say('again', true);
    await fleet.caughtUp();
    expect(await slateOf('again')).toBe(UNKNOWN_USER);
  });
});
