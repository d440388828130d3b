import { type CallOptions, common, encodeFeatureTable, FEATURE_NOT_READ, type featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { waiting } from '../../tests/fixtures/a-request';
import { NOT_READ } from '../domain/feature-table';
import type { FeatureQuestion } from '../ports';
import { FeatureMatrixReader } from './feature-matrix-reader';

const READ_AT = Date.UTC(2026, 4, 1);
const NAMES = ['item_likes', 'user_item_already_seen'];
const aQuestion = (itemIds: readonly string[]): FeatureQuestion => ({
  ...{ userId: 'ann', itemIds, userFeatures: ['user_trust_score'], itemFeatures: NAMES },
});
const updatedAt = new Date(READ_AT - 5_000);

type Request = featureStore.GetFeatureMatrixRequest;
type Response = featureStore.GetFeatureMatrixResponse;

/** A feature-store that knows of every item its number, and that the second column of every third one is not known. */
function setUp(change: (response: Response, call: number) => Response = (response) => response) {
  const calls: { readonly request: Request; readonly options: CallOptions | undefined }[] = [];
  const getFeatureMatrix = async (request: Request, options?: CallOptions): Promise<Response> => {
    calls.push({ request, options });
    const numbers = request.itemIds.map((id) => Number(id.slice(1)));
    const values = Float64Array.from(numbers.flatMap((n) => [n, n % 3 === 0 ? Number.NaN : 1]));
    const table = {
      ...{ names: request.itemFeatureNames, rowCount: numbers.length, values },
      missing: Uint8Array.from(values, (value) => (Number.isNaN(value) ? 2 : 0)),
      ...{ updatedAtMs: Float64Array.from(numbers), readAtMs: READ_AT - calls.length },
    };
    const userFeatures = request.userFeatureNames.map((name) => ({
      ...{ name, updatedAt, value: { $case: 'number', value: 0.5 } as const },
    }));
    return change({ userFeatures, items: encodeFeatureTable(table) }, calls.length);
  };
  const reader = new FeatureMatrixReader({ featureStore: () => ({ getFeatureMatrix }), stopwatch: () => 1_000 });
  return { reader, calls };
}

const ids = (count: number) => Array.from({ length: count }, (_, n) => `i${n}`);

describe('FeatureMatrixReader', () => {
  it('reads the features of a user and of items in one call', async () => {
    const { reader, calls } = setUp();
    expect(await reader.read(aQuestion(ids(3)), waiting)).toEqual({
      user: [{ name: 'user_trust_score', value: 0.5, missing: 0, updatedAtMs: updatedAt.getTime() }],
      items: {
        ...{ names: NAMES, rowCount: 3, readAtMs: READ_AT - 1, updatedAtMs: Float64Array.of(0, 1, 2) },
        ...{ values: Float64Array.of(0, Number.NaN, 1, 1, 2, 1), missing: Uint8Array.of(0, 2, 0, 0, 0, 0) },
      },
    });
    expect(calls.map(({ request }) => request)).toEqual([
      { userId: 'ann', itemIds: ids(3), userFeatureNames: ['user_trust_score'], itemFeatureNames: NAMES },
    ]);
  });

  it('divides questions that are too long, and joins the answers as of the earliest moment', async () => {
    const { reader, calls } = setUp();
    const { user, items } = await reader.read(aQuestion(ids(2_500)), waiting);
    expect(calls.map(({ request }) => [request.itemIds.length, request.userFeatureNames.length])).toEqual([
      [1_000, 1],
      [1_000, 0],
      [500, 0],
    ]);
    expect([user.length, items.rowCount, items.readAtMs]).toEqual([1, 2_500, READ_AT - 3]);
    for (const row of [0, 999, 1_000, 2_499]) {
      expect([items.values[row * 2], items.missing[row * 2 + 1], items.updatedAtMs[row]]).toEqual([
        ...[row, row % 3 === 0 ? 2 : 0, row],
      ]);
    }
  });

  it('joins tables of which some have all values', async () => {
    const { reader } = setUp((response, call) => {
      if (call === 1) return response;
      return { ...response, items: { ...response.items!, missing: Buffer.alloc(0) } };
    });
    const { items } = await reader.read(aQuestion(ids(1_001)), waiting);
    expect([items.missing.length, items.missing[1], items.missing[2_001]]).toEqual([2_002, 2, 0]);
  });

  it('hands on until when the answer is of use, and whether somebody still waits', async () => {
    const { reader, calls } = setUp();
    await reader.read(aQuestion(ids(1)), waiting);
    const stop = new AbortController();
    await reader.read(aQuestion(ids(1)), { signal: stop.signal, deadlineAtMs: 1_020.2 });
    expect(calls.map(({ options }) => options?.deadlineMs)).toEqual([2_000, 20]);
    expect(calls[1]!.options?.signal).toBe(stop.signal);
    const late = reader.read(aQuestion(ids(1)), { signal: stop.signal, deadlineAtMs: 1_000 });
    await expect(late).rejects.toMatchObject({ code: 'deadline.features' });
    stop.abort(new AppError('cancelled.call', 'nobody waits'));
    await expect(reader.read(aQuestion(ids(1)), { signal: stop.signal })).rejects.toThrow('nobody waits');
    expect(calls).toHaveLength(2);
  });

  it('writes what nobody read as the contracts do', () => {
    expect(NOT_READ).toBe(FEATURE_NOT_READ);
  });

  it('asks nothing where nothing is wanted', async () => {
    const { reader, calls } = setUp();
    const { user, items } = await reader.read({ ...aQuestion([]), userFeatures: [] }, waiting);
    expect([user, items.rowCount, items.names, calls.length]).toEqual([[], 0, NAMES, 0]);
  });

  it('understands every kind of value that a user can have, and takes what it does not know for missing', async () => {
    const { EXPIRED, NEVER_OBSERVED } = common.MissingReason;
    const values: common.FeatureValue['value'][] = [
      { $case: 'text', value: 'image' },
      { $case: 'numbers', value: { values: [1, 2] } },
      { $case: 'scoredNames', value: { entries: [{ name: 'sport', score: 0.5 }] } },
      { $case: 'missing', value: EXPIRED },
      undefined,
    ];
    const userFeatures = values.map((value, n) => ({ name: `f${n}`, value, updatedAt: undefined }));
    const { reader } = setUp((response) => ({ ...response, userFeatures }));
    const { user } = await reader.read(aQuestion(ids(1)), waiting);
    expect(user.map(({ value, missing }) => [value, missing])).toEqual([
      ['image', 0],
      [[1, 2], 0],
      [[{ name: 'sport', score: 0.5 }], 0],
      [undefined, EXPIRED],
      [undefined, NEVER_OBSERVED],
    ]);
  });

  it.each<[string, (items: common.FeatureTable) => common.FeatureTable | undefined, string]>([
    ['no table', () => undefined, 'there is no table'],
    ['bytes that make none', (items) => ({ ...items, values: Buffer.alloc(3) }), 'values must have 32 bytes'],
    [
      'too few rows',
      (items) => ({
        ...items,
        ...{ rowCount: 0, values: Buffer.alloc(0), missing: Buffer.alloc(0), updatedAt: Buffer.alloc(0) },
      }),
      'it has 0 rows',
    ],
    [
      'columns of something else',
      (items) => ({ ...items, names: [...items.names].reverse() }),
      'its columns are not those',
    ],
  ])('refuses an answer with %s', async (_, change, sentence) => {
    const { reader } = setUp((response) => ({ ...response, items: change(response.items!) }));
    const read = reader.read(aQuestion(ids(2)), waiting);
    await expect(read).rejects.toMatchObject({ code: 'internal.feature_table' });
    await expect(read).rejects.toThrow(sentence);
  });
});
