import { existsSync, writeFileSync } from 'node:fs';
import { fromFileSystem } from './object-errors';

/** What the file system really says where it has such a device; what it would say elsewhere. */
function fullDisk(): unknown {
  try {
    if (existsSync('/dev/full')) writeFileSync('/dev/full', 'x');
  } catch (error) {
    return error;
  }
  return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
}

describe('errors of the file system', () => {
  it('say that the disk is full, and of which object', () => {
    const told = fromFileSystem(fullDisk(), 'models/m1/graph.onnx');
    expect(told).toMatchObject({ code: 'exhausted.object_store' });
    expect((told as Error).message).toBe('the disk of the object store is full (object "models/m1/graph.onnx")');
  });

  it('pass as they are where they are none', () => {
    const error = new Error('the source broke');
    expect(fromFileSystem(error, 'k')).toBe(error);
  });
});
