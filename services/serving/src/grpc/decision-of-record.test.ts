import { events } from '@attune/contracts';
import { aDecision, anItem, aTable } from '../../tests/fixtures/a-decision';
import type { Decision } from '../domain/decision';
import { recordOf } from '../events/decision-to-proto';
import { decisionOfRecord } from './decision-of-record';

/** A decision as it comes back from where records are kept. */
const throughTheLog = (decision: Decision) =>
  decisionOfRecord(events.DecisionRecord.decode(events.DecisionRecord.encode(recordOf(decision)).finish()));

describe('a decision from its record', () => {
  it('is the decision that was recorded, whole', () => {
    const decision = aDecision({
      userFeatures: [
        { name: 'user_trust_score', value: 0.5, missing: 0, updatedAtMs: 5 },
        { name: 'user_hour_pattern', value: [0.25, 0.75], missing: 0, updatedAtMs: 6 },
        { name: 'user_top_interests', value: [{ name: 'art', score: 1 }], missing: 0, updatedAtMs: 7 },
        { name: 'user_activity_level', value: undefined, missing: 4, updatedAtMs: undefined },
      ],
      itemFeatures: aTable(
        ['item_likes', 'item_age_days'],
        [
          [3, 1],
          [4, undefined],
          [5, 2],
        ],
      ),
      slate: [
        anItem('first', { placedBy: 'pin', boost: 1.5, sourceScores: [] }),
        anItem('second', { position: 1, partScores: [{ part: 'neural', raw: undefined, calibrated: 0.5, weight: 1 }] }),
      ],
      degraded: [{ stage: 'sources/neural', code: 'deadline.source', message: 'without it' }],
      shadows: [
        {
          ...{ model: { name: 'als', version: '4', digest: 'b' }, itemIds: ['x'], overlap: 0.5 },
          ...{ latencyMs: 2, code: '' },
        },
      ],
      context: { device: 'phone' },
      personalization: 'degraded',
    });
    expect(throughTheLog(decision)).toEqual(decision);
  });

  it('of an older build was ranked by score and without boosts', () => {
    const record = events.DecisionRecord.fromPartial({ slate: [{ itemId: 'a', score: 1 }] });
    expect(decisionOfRecord(record)).toMatchObject({
      slate: [{ itemId: 'a', placedBy: 'rank', boost: 1, partScores: [], reason: '' }],
      itemFeatures: undefined,
      personalization: 'unknown_user',
    });
  });

  it('is refused where its features make no table', () => {
    const record = events.DecisionRecord.fromPartial({ decisionId: 'd', itemFeatures: { names: ['a'], rowCount: 3 } });
    expect(() => decisionOfRecord(record)).toThrow(/features in the record of decision "d" cannot be read/);
  });
});
