import { buildWithoutErased } from './build-without-erased';

/** A build during which somebody may be erased; `held` are the users in what it wrote. */
function aBuild({ held, erasedMeanwhile }: { held: readonly string[]; erasedMeanwhile: readonly string[] }) {
  const keys: string[] = ['somebody of before'];
  const deleted: string[] = [];
  const build = buildWithoutErased(
    async function* (_question: object) {
      yield { fraction: 0.5 };
      keys.push(...erasedMeanwhile);
      yield { fraction: 1, dataset: { contentHash: 'd1' } };
    },
    {
      forgotten: {
        refresh: async () => undefined,
        covers: () => false,
        get count() {
          return keys.length;
        },
        since: (count) => keys.slice(count),
      },
      userDatasets: {
        erase: async () => [],
        eraseIfHolding: async (datasetId, userKeys) => {
          const isHolding = userKeys.some((key) => held.includes(key));
          if (isHolding) deleted.push(datasetId);
          return isHolding;
        },
      },
    },
  );
  return { build, deleted };
}

async function drained(progress: AsyncIterable<{ readonly fraction: number }>): Promise<number[]> {
  const fractions: number[] = [];
  for await (const { fraction } of progress) fractions.push(fraction);
  return fractions;
}

describe('a training set during whose build a user is erased', () => {
  it('is deleted and refused, for now, when it holds the user', async () => {
    const { build, deleted } = aBuild({ held: ['ada', 'ben'], erasedMeanwhile: ['ada'] });
    await expect(drained(build({}))).rejects.toMatchObject({ code: 'unavailable.user_erased' });
    expect(deleted).toEqual(['d1']);
  });

  it('is given when it does not hold the user, nor anybody who was erased before', async () => {
    const { build, deleted } = aBuild({ held: ['ben', 'somebody of before'], erasedMeanwhile: ['ada'] });
    expect(await drained(build({}))).toEqual([0.5, 1]);
    expect(deleted).toEqual([]);
  });
});
