import { aRequest, aUser } from '../../../tests/fixtures/a-request';
import { mergeCandidates, type RankedList } from '../../domain/candidate';
import type { Agreement } from '../../domain/consent';
import { type Proposal, rankedLists } from '../parts';
import { sourceOrderSelector } from './source-order-selector';

function select(
  count: number,
  lists: Record<string, string[]>,
  knowsUser: boolean | undefined,
  agreement: Agreement = 'agreed',
) {
  const proposals = new Map<string, Proposal>();
  for (const [source, ids] of Object.entries(lists)) {
    const items = ids.map((itemId, at) => ({ itemId, score: 10 - at }));
    proposals.set(`sources/${source}`, {
      items,
      isExhausted: true,
      knowsUser: source === 'collaborative' ? knowsUser : undefined,
    });
  }
  const ranked: RankedList[] = rankedLists(proposals);
  const candidates = mergeCandidates(ranked);
  return sourceOrderSelector.select({
    request: aRequest({ count }),
    user: aUser({ agreement }),
    candidates,
    proposals,
  });
}

describe('sourceOrderSelector', () => {
  it('lets a later source fill only the places that an earlier one leaves', () => {
    const { slate } = select(4, { collaborative: ['a', 'b'], trending: ['b', 'c', 'd', 'e'] }, true);
    expect(slate.map(({ itemId }) => itemId)).toEqual(['a', 'b', 'c', 'd']);
    expect(slate[1]!.sourceScores.map(({ source }) => source)).toEqual(['collaborative', 'trending']);
    expect(slate.map(({ position }) => position)).toEqual([0, 1, 2, 3]);
  });

  it('keeps what came below the slate', () => {
    expect(select(1, { trending: ['a', 'b'] }, undefined).runnersUp.map(({ itemId }) => itemId)).toEqual(['b']);
  });

  it.each([
    ['no_consent', 'refused'],
    ['degraded', 'unknown'],
  ] as const)('calls a slate %s that lacks the personal source because consent is %s', (personalization, agreement) => {
    const selected = select(1, { trending: ['a'] }, undefined, agreement);
    expect(selected).toMatchObject({ strategy: 'popularity_based', personalization });
  });

  it('calls a slate personal where the model knows the user', () => {
    const selected = select(1, { collaborative: ['a'] }, true);
    expect(selected).toMatchObject({
      strategy: 'collaborative_filtering',
      personalization: 'personal',
      strategyPropensity: 1,
    });
  });

  it('tells an unknown user from a model that is out of order', () => {
    expect(select(1, { collaborative: [], trending: ['a'] }, false)).toMatchObject({
      strategy: 'popularity_based',
      personalization: 'unknown_user',
    });
    expect(select(1, { trending: ['a'] }, undefined)).toMatchObject({
      strategy: 'popularity_based',
      personalization: 'degraded',
    });
  });
});
