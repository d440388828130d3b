import { draftSlate } from './draft-slate';
import type { PlacedCandidate } from './parts';

const placed = (item: number, placedBy: PlacedCandidate['placedBy'] = 'rank'): PlacedCandidate => ({
  candidate: { item, sourceScores: [], row: -1, score: item, parts: [], boost: 1 },
  ...{ placedBy, propensity: 1 },
});
const ranked = (...items: number[]) => items.map((item) => placed(item));
const teams = [{ variant: 'old' }, { variant: 'new' }] as const;
const shown = (slate: readonly PlacedCandidate[]) =>
  slate.map(({ candidate, placedBy }) => `${candidate.item} ${placedBy}`);

describe('a drafted slate', () => {
  const own = { slate: [placed(1), placed(9, 'pin'), placed(2)], runnersUp: ranked(3, 4) };
  const other = { slate: [placed(4), placed(9, 'pin'), placed(3)], runnersUp: ranked(2, 1) };

  it('leaves pins in their places and drafts the others, the first by a coin', () => {
    expect(shown(draftSlate([own, other], teams, () => 0).slate)).toEqual(['1 team:old', '9 pin', '4 team:new']);
    expect(shown(draftSlate([own, other], teams, () => 0.9).slate)).toEqual(['4 team:new', '9 pin', '1 team:old']);
  });

  it('has what is left of both below it, which is there by its rank', () => {
    const { runnersUp } = draftSlate([own, other], teams, () => 0);
    expect(shown(runnersUp)).toEqual(['2 rank', '3 rank']);
    expect(runnersUp.every(({ propensity }) => propensity === 1)).toBe(true);
  });
});
