import { appendScripts } from './append-scripts';
import { unpackBatch } from './unpack-batch';

const keysOf = (args: readonly (number | Buffer)[]) =>
  args.filter((arg) => Buffer.isBuffer(arg)).flatMap((bytes) => unpackBatch(bytes, (_, key) => key));

describe('the scripts of an append', () => {
  it('are one for each partition, with its records in order', () => {
    const records = ['user-1', 'user-3', 'user-1', ''].map((key) => ({ key, value: Buffer.of(1) }));
    const scripts = appendScripts(records, { partitions: 4, traceHeaders: undefined });
    expect(scripts.map(({ partition, args }) => [partition, args[0], keysOf(args)])).toEqual([
      [0, 2, ['user-1', 'user-1']],
      [3, 1, ['user-3']],
      [1, 1, ['']],
    ]);
  });

  it('hold some megabytes at most, and several make up for more', () => {
    const records = Array.from({ length: 5 }, () => ({ key: 'k', value: Buffer.alloc(1024 * 1024) }));
    const scripts = appendScripts(records, { partitions: 1, traceHeaders: undefined });
    expect(scripts.map(({ args }) => args.length / 2)).toEqual([2, 2, 1]);
  });

  it('are none for no records', () => {
    expect(appendScripts([], { partitions: 4, traceHeaders: undefined })).toEqual([]);
  });
});
