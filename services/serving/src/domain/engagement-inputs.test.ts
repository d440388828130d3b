import { columnGroups, engagementInputs, neededFeatures } from './engagement-inputs';
import type { FeatureTable, UserFeature } from './feature-table';

const COLUMNS = [
  'item_likes',
  'user_hour_pattern_0',
  'user_hour_pattern_1',
  'user_item_social_proof',
  'user_trust_score',
];

const USER: readonly UserFeature[] = [
  { name: 'user_hour_pattern', value: [0.25, 0.75], missing: 0, updatedAtMs: 1 },
  { name: 'user_trust_score', value: undefined, missing: 2, updatedAtMs: undefined },
  { name: 'user_top_interests', value: [{ name: 'art', score: 1 }], missing: 0, updatedAtMs: 1 },
];

const ITEMS: FeatureTable = {
  names: ['user_item_social_proof', 'item_likes'],
  rowCount: 2,
  values: Float64Array.of(3, 17, 0, Number.NaN),
  missing: Uint8Array.of(0, 0, 0, 2),
  updatedAtMs: Float64Array.of(1, 1),
  readAtMs: 1,
};

describe('inputs of a model of features', () => {
  it('are asked for by the features behind its columns, lists as a whole', () => {
    expect(neededFeatures(COLUMNS)).toEqual({
      user: ['user_hour_pattern', 'user_trust_score'],
      item: ['item_likes', 'user_item_social_proof'],
    });
  });

  it('stand in the order of its columns, missing ones as NaN', () => {
    const { NaN: missing } = Number;
    expect(Array.from(engagementInputs(COLUMNS, USER, ITEMS))).toEqual([
      ...[17, 0.25, 0.75, 3, missing],
      ...[missing, 0.25, 0.75, 0, missing],
    ]);
  });

  it('have no value for what nobody read and for what is no number', () => {
    const inputs = engagementInputs(['item_age_days', 'user_top_interests', 'user_gone_0'], USER, ITEMS);
    expect(Array.from(inputs).every(Number.isNaN)).toBe(true);
  });

  it('belong together where they are of one list, and a name that only ends in a number is its own', () => {
    expect(columnGroups([...COLUMNS, 'item_views_7'])).toEqual([
      { name: 'item_likes', columns: [0] },
      { name: 'user_hour_pattern', columns: [1, 2] },
      { name: 'user_item_social_proof', columns: [3] },
      { name: 'user_trust_score', columns: [4] },
      { name: 'item_views_7', columns: [5] },
    ]);
  });
});
