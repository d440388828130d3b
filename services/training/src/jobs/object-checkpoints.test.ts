import { AppError } from '@attune/errors';
import { objectCheckpoints } from './object-checkpoints';

function memoryObjects() {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    get: async (key: string) => {
      const found = objects.get(key);
      if (found === undefined) throw new AppError('not_found.object', key);
      return found;
    },
    put: async (key: string, body: Uint8Array | AsyncIterable<Uint8Array>) => {
      objects.set(key, body as Uint8Array);
      return { sizeBytes: 0, sha256: '' };
    },
  };
}

describe('objectCheckpoints', () => {
  const checkpoint = {
    step: 3,
    state: { loss: 0.5, seed: [1, 2] },
    tensors: { users: Float32Array.of(1, -2.5), items: new Float32Array(0), scale: Float32Array.of(Math.fround(0.1)) },
  };

  it('gives back what was kept last, and nothing before that', async () => {
    const store = objectCheckpoints(memoryObjects(), 'checkpoints/r/training');
    expect(await store.load()).toBeUndefined();
    await store.save({ ...checkpoint, step: 2 });
    await store.save(checkpoint);
    expect(await store.load()).toEqual(checkpoint);
  });

  it('says that a checkpoint is damaged instead of going on from half of it', async () => {
    const memory = memoryObjects();
    const store = objectCheckpoints(memory, 'k');
    await store.save(checkpoint);
    memory.objects.set('k', memory.objects.get('k')!.slice(0, -2));
    await expect(store.load()).rejects.toMatchObject({ code: 'data_loss.checkpoint' });
  });
});
