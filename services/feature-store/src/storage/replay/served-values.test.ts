import { common, encodeFeatureTable, events, FEATURE_NOT_READ } from '@attune/contracts';
import { NoValue } from '../../domain/feature-reading';
import { readServed } from './served-values';

const { NEVER_OBSERVED, EXPIRED } = common.MissingReason;
const number = (name: string, value: number): common.FeatureValue => ({
  ...{ name, updatedAt: undefined },
  value: { $case: 'number', value },
});
const table = (names: string[], rows: number[][], missing: number[][] = []) =>
  encodeFeatureTable({
    ...{
      names,
      rowCount: rows.length,
      values: Float64Array.from(rows.flat()),
      missing: Uint8Array.from(missing.flat()),
    },
    ...{ updatedAtMs: new Float64Array(rows.length), readAtMs: 0 },
  });
const decided = (itemId: string, features: common.FeatureValue[] = []) =>
  events.DecidedItem.fromPartial({ itemId, features });

type Given = Partial<events.DecisionRecord>;

function served(given: Given, wanted?: readonly string[]) {
  const record = events.DecisionRecord.encode({ ...events.DecisionRecord.create(), userId: 'ann', ...given }).finish();
  return readServed(record, (name) => wanted?.includes(name) ?? true);
}

describe('what a record tells of features', () => {
  it('is read from its table: rows of the slate, and none of those that were not shown', () => {
    const record: Given = {
      slate: [decided('i0'), decided('i1')],
      runnersUp: [decided('i2')],
      itemFeatures: table(
        ['likes', 'age'],
        [
          [1, 0.1 + 0.2],
          [-0, 4],
          [5, 6],
        ],
      ),
    };
    const { userId, valuesFor } = served(record);
    expect(userId).toBe('ann');
    expect([...valuesFor('i0')!]).toEqual([
      ['likes', 1],
      ['age', 0.1 + 0.2],
    ]);
    expect(Object.is(valuesFor('i1')!.get('likes'), -0)).toBe(true);
    expect(valuesFor('i2')).toBeUndefined();
    expect([...served(record, ['age']).valuesFor('i1')!]).toEqual([['age', 4]]);
  });

  it('has the user beside the item, whatever the type, and for items that were not of the slate the user alone', () => {
    const entries = [{ name: 'sport', score: 0.75 }];
    const hours: common.FeatureValue['value'] = { $case: 'numbers', value: { values: [0, 1.5] } };
    const likes: common.FeatureValue['value'] = { $case: 'scoredNames', value: { entries } };
    const lists = Object.entries({ hours, interests: likes }).map(([name, value]) => ({
      name,
      value,
      updatedAt: undefined,
    }));
    const { valuesFor } = served({
      ...{ slate: [decided('i0')], userFeatures: [...lists, number('trust', 0.5)] },
      itemFeatures: table(['likes'], [[7]]),
    });
    const ofUser = [
      ['hours', [0, 1.5]],
      ['interests', entries],
      ['trust', 0.5],
    ];
    expect([...valuesFor('i0')!]).toEqual([...ofUser, ['likes', 7]]);
    expect([...valuesFor('elsewhere')!]).toEqual(ofUser);
  });

  it('says of what was missing why', () => {
    const missing = [[NEVER_OBSERVED, EXPIRED, 99]];
    const { valuesFor } = served({
      slate: [decided('i0')],
      itemFeatures: table(['a', 'b', 'c'], [[0, 0, 0]], missing),
    });
    expect([...valuesFor('i0')!.values()]).toEqual([
      new NoValue('never_observed'),
      new NoValue('expired'),
      // A reason that only later builds know.
      new NoValue('never_observed'),
    ]);
  });

  it('says nothing of what nobody read', () => {
    const record: Given = {
      slate: [decided('i0'), decided('i1')],
      itemFeatures: table(
        ['likes', 'age'],
        [
          [1, 2],
          [0, 0],
        ],
        [
          [0, FEATURE_NOT_READ],
          [FEATURE_NOT_READ, FEATURE_NOT_READ],
        ],
      ),
    };
    expect([...served(record).valuesFor('i0')!]).toEqual([['likes', 1]]);
    expect(served(record).valuesFor('i1')).toBeUndefined();
  });

  it('prefers the table to values of single items, and reads those of records from before there were tables', () => {
    const slate = [decided('i0', [number('likes', 41)])];
    expect([...served({ slate }).valuesFor('i0')!]).toEqual([['likes', 41]]);
    expect([...served({ slate, itemFeatures: table(['likes'], [[42]]) }).valuesFor('i0')!]).toEqual([['likes', 42]]);
    expect(served({ slate: [decided('i0')] }).valuesFor('i0')).toBeUndefined();
  });

  it('is refused with the name of the decision where it makes no table', () => {
    const itemFeatures = { ...table(['likes'], [[1]]), values: Buffer.alloc(3) };
    const read = () => served({ decisionId: 'd-17', slate: [decided('i0')], itemFeatures });
    expect(read).toThrow(/features of decision "d-17" cannot be read: values must have 8 bytes/);
  });
});
