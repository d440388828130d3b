import type { AppError } from '@attune/errors';
import { findTrainingSet } from './find-training-set';

const ID = 'ab'.repeat(32);

function storeWith(manifest?: string) {
  const bytes = manifest === undefined ? undefined : Buffer.from(manifest);
  return {
    head: async () => bytes && { sizeBytes: bytes.length },
    get: async () => bytes ?? Buffer.alloc(0),
  };
}

const codeOf = (manifest: string | undefined, id = ID) =>
  findTrainingSet(storeWith(manifest), id).then(
    () => undefined,
    (error: AppError) => error.code,
  );

describe('a training set by its id', () => {
  it('has the files that its description names', async () => {
    const manifest = { kind: 'interactions', objectKeys: ['a.parquet'], followObjectKeys: ['f.parquet'], rowCount: 3 };
    expect(await findTrainingSet(storeWith(JSON.stringify(manifest)), ID)).toEqual({
      objectKeys: ['a.parquet'],
      itemObjectKeys: [],
      followObjectKeys: ['f.parquet'],
      rowCount: 3,
    });
  });

  it('is told to be missing, of another kind, or damaged', async () => {
    expect(await codeOf(undefined)).toBe('not_found.dataset');
    expect(await codeOf('{}', '../../secrets')).toBe('not_found.dataset');
    expect(await codeOf('{"kind":"labelled_examples","objectKeys":[],"rowCount":0}')).toBe('invalid.dataset');
    expect(await codeOf('{"kind":"interactions"}')).toBe('data_loss.dataset');
    expect(await codeOf('{"kind":')).toBe('data_loss.dataset');
  });
});
