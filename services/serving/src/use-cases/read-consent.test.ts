import { aUser, waiting } from '../../tests/fixtures/a-request';
import type { Purpose } from '../domain/consent';
import { makeReadConsent } from './read-consent';

interface Situation {
  readonly kept: readonly Purpose[] | undefined | Error;
  readonly stated: readonly Purpose[] | Error;
}

const orThrow = async <T>(value: T | Error): Promise<T> => {
  if (value instanceof Error) throw value;
  return value;
};

function setUp({ kept, stated }: Situation) {
  const remembered: unknown[] = [];
  let asked = 0;
  const reader = makeReadConsent({
    users: {
      kept: async () => ({ ...aUser(), rejected: [], refused: await orThrow(kept) }),
    },
    directory: {
      refusedBy: () => {
        asked++;
        return orThrow(stated);
      },
    },
    keeper: { remember: async (...entry) => void remembered.push(entry) },
    forget: () => undefined,
  });
  return {
    agreement: async () => (await reader.consentOf('ann', waiting)).personalization,
    consent: () => reader.consentOf('ann', waiting),
    asked: () => asked,
    remembered,
  };
}

describe('readConsent', () => {
  it.each([
    [[], 'agreed'],
    [['training'], 'agreed'],
    [['personalization'], 'refused'],
  ] as const)('takes what is kept (%j) and asks nobody', async (kept, agreement) => {
    const { agreement: read, asked } = setUp({ kept, stated: new Error('asked') });
    expect(await read()).toBe(agreement);
    expect(asked()).toBe(0);
  });

  it('tells experiments from personalization', async () => {
    const { consent } = setUp({ kept: ['experiments'], stated: new Error('asked') });
    expect(await consent()).toEqual({ personalization: 'agreed', experiments: 'refused' });
  });

  it('asks the feature-store where nothing is kept, and keeps its answer', async () => {
    const { agreement, remembered } = setUp({ kept: undefined, stated: ['personalization'] });
    expect(await agreement()).toBe('refused');
    expect(remembered).toEqual([['ann', ['personalization']]]);
  });

  it('asks the feature-store while the store is away, and keeps nothing', async () => {
    const { agreement, remembered } = setUp({ kept: new Error('away'), stated: ['personalization'] });
    expect(await agreement()).toBe('refused');
    expect(remembered).toEqual([]);
  });

  it('does not guess when nobody can say', async () => {
    await expect(setUp({ kept: undefined, stated: new Error('away') }).agreement()).rejects.toThrow('away');
  });
});
