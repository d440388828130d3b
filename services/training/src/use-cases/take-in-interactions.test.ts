import { AppError } from '@attune/errors';
import { aVersion } from '../../tests/a-version';
import type { NewInteraction } from '../domain/factor-update';
import type { KnownItems } from '../update-ports';
import { makeTakeInInteractions, type TakeInInteractionsParts } from './take-in-interactions';

const NOW = new Date('2026-05-01T12:00:00Z');
const HOUR_MS = 3_600_000;
const interaction = (itemId: string, agoMs = 0): NewInteraction => {
  const at = new Date(NOW.getTime() - agoMs);
  return { eventId: itemId, userId: 'ann', itemId, type: 'like', occurredAt: at, acceptedAt: at };
};

function setUp({ since, items }: { readonly since?: Date; readonly items?: KnownItems } = {}) {
  const kept: { readonly itemId: string; readonly isNewItem: boolean }[] = [];
  let looks = 0;
  const parts: TakeInInteractionsParts = {
    registry: { versions: async () => [aVersion(1, { stage: 'production' })] },
    runs: { get: async () => undefined },
    interactions: {
      neededSince: async () => since,
      add: async (added, isNewItem) => {
        kept.push(...added.map(({ itemId }) => ({ itemId, isNewItem: isNewItem(itemId) })));
        return added.length;
      },
    },
    items: items ?? { of: async () => (itemId) => itemId === 'known' },
    startIfDue: async () => void looks++,
    clock: () => NOW,
  };
  return { kept, looks: () => looks, takeIn: makeTakeInInteractions(parts) };
}

describe('taking in interactions', () => {
  it('keeps nothing, and asks nobody, where no version could learn from it', async () => {
    const { kept, looks, takeIn } = setUp();
    await takeIn([interaction('known')]);
    expect([kept, looks()]).toEqual([[], 0]);
  });

  it('keeps what came in since, notes what is new to the version, and looks whether a round is due', async () => {
    const { kept, looks, takeIn } = setUp({ since: new Date(NOW.getTime() - HOUR_MS) });
    await takeIn([interaction('known'), interaction('new'), interaction('old', 2 * HOUR_MS)]);
    expect(kept).toEqual([
      { itemId: 'known', isNewItem: false },
      { itemId: 'new', isNewItem: true },
    ]);
    expect(looks()).toBe(1);
  });

  it('is not held up by an object store that is away', async () => {
    const away: KnownItems = { of: () => Promise.reject(new AppError('unavailable.object_store', 'away')) };
    const { kept, takeIn } = setUp({ since: new Date(0), items: away });
    await takeIn([interaction('new')]);
    expect(kept).toEqual([{ itemId: 'new', isNewItem: false }]);
  });
});
