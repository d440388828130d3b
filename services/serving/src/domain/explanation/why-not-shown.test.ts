import { aDecision, anItem } from '../../../tests/fixtures/a-decision';
import type { Decision } from '../decision';
import { type Beside, whyNotShown } from './why-not-shown';

const BESIDE: Beside = { seenHours: undefined, rankDepth: undefined, isKnown: true, absences: new Map() };

describe('why an item was not shown', () => {
  it('is the filter that removed it, in words, with how long that lasts', () => {
    const seenHours = { view: 168, click: 168, like: Number.POSITIVE_INFINITY, share: 0 };
    expect(whyNotShown(aDecision(), 'seen', { ...BESIDE, seenHours })).toEqual({
      because: 'The filter already_seen removed it: you did something with it already',
      primaryReason: 'You did something with it already',
      reasons: [
        'On the surface "home" items stay away for 7 days after view and click',
        'On the surface "home" items stay away for ever after like',
      ],
      certainty: 1,
    });
  });

  it('names a filter that only a later build knows', () => {
    const filters = [{ filter: 'moon', removedCount: 1, removedItemIds: ['x'] }];
    expect(whyNotShown(aDecision({ filters }), 'x', BESIDE).because).toBe(
      'The filter moon removed it: the filter "moon" does not let it pass',
    );
  });

  it('is its rank, and in which parts it fell behind the last that was shown', () => {
    const partScores = [
      { part: 'popularity', raw: 20, calibrated: 0.9, weight: 0.25 },
      { part: 'collaborative', raw: 1, calibrated: 0.3, weight: 0.75 },
    ] as const;
    const runnersUp = [anItem('third', { position: 2, score: 0.4, partScores })];
    expect(whyNotShown(aDecision({ runnersUp }), 'third', BESIDE)).toEqual({
      because:
        'It was ranked 3rd, below the 2 that were shown: its score is 0.4000, that of the last ranked item of the slate, "second", 0.4500',
      primaryReason: 'Other items were ranked higher',
      reasons: [
        'The taste of people like you: 0.30 against 0.80, which cost it 0.375',
        'It is number 3 of what people with your taste liked',
      ],
      certainty: 1,
    });
  });

  it('is compared with what rank put there, not with a pin or a draw', () => {
    const slate = [anItem('first'), anItem('pinned', { position: 1, score: 0, placedBy: 'pin' })];
    expect(whyNotShown(aDecision({ slate }), 'third', BESIDE).because).toMatch(/"first", 0\.5000$/);
  });

  it('is variety where its score would have been enough', () => {
    const runnersUp = [anItem('third', { position: 2, score: 0.47 })];
    const found = whyNotShown(aDecision({ runnersUp }), 'third', BESIDE);
    expect(found.because).toMatch(/for the sake of variety/);
    expect(found.primaryReason).toBe('The slate had enough of its kind');
  });

  it('is that it was not scored at all', () => {
    const runnersUp = [anItem('third', { position: 2, score: 0, partScores: [] })];
    expect(whyNotShown(aDecision({ runnersUp }), 'third', { ...BESIDE, rankDepth: 200 }).because).toBe(
      'It was proposed, but not among the 200 candidates that its sources think most of, which alone are scored',
    );
  });

  it('is that no source proposed it, and what each source says to that', () => {
    const changes: Partial<Decision> = {
      sources: [
        ...aDecision().sources,
        { source: 'neural', candidateCount: 0, latencyMs: 9, note: '' },
        { source: 'trending', candidateCount: 3, latencyMs: 1, note: '' },
      ],
      degraded: [{ stage: 'sources/neural', code: 'deadline.source', message: '' }],
    };
    const absences = new Map([['collaborative', 'the model als version 3 does not know it']]);
    expect(whyNotShown(aDecision(changes), 'elsewhere', { ...BESIDE, absences })).toEqual({
      because: 'No source proposed it: it is none of the 4 candidates',
      primaryReason: 'No source proposed it',
      reasons: [
        'What people with your taste liked: the model als version 3 does not know it',
        'What is new: nothing was proposed, for nothing was published in the last 72 hours',
        'What the neural model expects you to like: could not be asked (deadline.source)',
        'What is popular with everybody: 3 others were proposed',
      ],
      certainty: 1,
    });
  });

  it('is that there is no such item', () => {
    expect(whyNotShown(aDecision(), 'typo', { ...BESIDE, isKnown: false })).toEqual({
      because: 'Nothing is known here of an item with this id, so no source can have proposed it',
      primaryReason: 'There is no such item',
      reasons: [],
      certainty: 0.9,
    });
  });

  it('leaves open what the record does not tell, and is the less certain for it', () => {
    const filters = [{ filter: 'already_seen', removedCount: 240, removedItemIds: ['seen'] }];
    const found = whyNotShown(aDecision({ filters, candidateCount: 300 }), 'elsewhere', BESIDE);
    expect(found.because).toBe(
      'No source proposed it, or it is one of 57 candidates that were ranked lower than the record goes, or the filter already_seen removed it, as one of 239 that the record does not name',
    );
    expect(found.certainty).toBe(0.5);
  });
});
