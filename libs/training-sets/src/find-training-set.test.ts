import { AppError } from '@attune/errors';
import { findTrainingSet } from './find-training-set';

const ID = 'ab'.repeat(32);
const FOLDER = `datasets/${ID}/`;
const DESCRIBED = {
  kind: 'interactions',
  objectKeys: [`${FOLDER}part-00000.parquet`],
  followObjectKeys: [`${FOLDER}follows-00000.parquet`],
  rowCount: 3,
};

function storeWith(description: string, sizeBytes = description.length) {
  return { head: async () => ({ sizeBytes }), get: async () => Buffer.from(description) };
}

const find = (description: unknown, id = ID) => findTrainingSet(storeWith(JSON.stringify(description)), id);

describe('a training set by its id', () => {
  it('has the files that its description names', async () => {
    expect(await find(DESCRIBED)).toEqual({
      ...{ ...DESCRIBED, datasetId: ID, itemObjectKeys: [], featureSchemaHash: '' },
    });
  });

  it.each(['../../secrets', `${ID}/../x`, ID.toUpperCase(), ''])(
    'is not looked for where the id is none: %j',
    async (id) => {
      expect(await find(DESCRIBED, id)).toBeUndefined();
    },
  );

  it('is missing where there is no description, or an erasure takes it away meanwhile', async () => {
    const missing = async () => {
      throw new AppError('not_found.object', 'there is none');
    };
    expect(await findTrainingSet({ head: async () => undefined, get: missing }, ID)).toBeUndefined();
    expect(await findTrainingSet({ head: async () => ({ sizeBytes: 2 }), get: missing }, ID)).toBeUndefined();
  });

  it.each([
    ['a list', []],
    ['nothing', null],
    ['an unknown kind', { ...DESCRIBED, kind: 'secrets' }],
    ['a negative count', { ...DESCRIBED, rowCount: -1 }],
    ['a count that is text', { ...DESCRIBED, rowCount: '3' }],
    ['files that are no list', { ...DESCRIBED, objectKeys: `${FOLDER}part` }],
    ['files of another set', { ...DESCRIBED, objectKeys: [`datasets/${'cd'.repeat(32)}/part-00000.parquet`] }],
    ['items that are no files of data sets', { ...DESCRIBED, itemObjectKeys: ['models/secret'] }],
  ])('is damaged where its description is %s', async (_, description) => {
    await expect(find(description)).rejects.toMatchObject({ code: 'data_loss.dataset' });
  });

  it('is damaged where its description is cut off, or too long to be one, which is not read', async () => {
    const lost = { code: 'data_loss.dataset' };
    await expect(findTrainingSet(storeWith('{"kind":'), ID)).rejects.toMatchObject(lost);
    const huge = { head: async () => ({ sizeBytes: 2 ** 30 }), get: jest.fn() };
    await expect(findTrainingSet(huge, ID)).rejects.toMatchObject(lost);
    expect(huge.get).not.toHaveBeenCalled();
  });
});
