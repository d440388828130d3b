import { GraphBuilder } from '@attune/onnx';
import { waiting } from '../../tests/fixtures/a-request';
import { alsGraphsOf, type Factors, ids, ModelShop, someFactors, userKeyOf } from '../../tests/fixtures/trained-models';
import { isInCanary } from '../domain/canary';
import type { ModelRef } from '../domain/decision';
import type { Asker, Placement } from '../model-ports';
import type { ModelHost } from './model-host';

const ann: Asker = { by: 'user', userId: 'user-1' };
const PRODUCTION: Placement = { stage: 'production', canaryShare: 0 };
const SHADOW: Placement = { stage: 'shadow', canaryShare: 0 };
const canary = (canaryShare: number): Placement => ({ stage: 'canary', canaryShare });

let shop: ModelShop;
beforeAll(() => {
  shop = new ModelShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

/** Artifacts by version, written once. */
const written = new Map<string, Promise<ModelRef>>();

function als(
  version: string,
  { name = 'als', factors = someFactors({ seed: Number(version) }) } = {},
): Promise<ModelRef> {
  const write = () =>
    shop.write({ kind: 'als', graphs: alsGraphsOf(factors), userIds: ids('user', 20), name, version });
  const key = `${name}-${version}`;
  if (!written.has(key)) written.set(key, write());
  return written.get(key)!;
}

/** The best row for a user by plain arithmetic. */
function bestOf({ rank, userFactors, itemFactors }: Factors, user = 1): number {
  const scores = Array.from({ length: itemFactors.length / rank }, (_, item) => {
    let sum = 0;
    for (let c = 0; c < rank; c++) sum += userFactors[user * rank + c]! * itemFactors[item * rank + c]!;
    return sum;
  });
  return scores.indexOf(Math.max(...scores));
}

function versionFor(host: ModelHost, userId: string): string | undefined {
  using model = host.borrow('als', userId);
  return model?.ref.version;
}

describe('the shelf', () => {
  it('has nothing until something is loaded', () => {
    const { host } = shop.host();
    expect([host.borrow('als', 'ann'), host.borrowVersion('als', ''), host.shadows('als')]).toEqual([
      undefined,
      undefined,
      [],
    ]);
  });

  it('gives a canary to its share of the users, the same ones each time, and production to the rest', async () => {
    const { host } = shop.host();
    const [first, second] = [await als('1'), await als('2')];
    await host.load(first, PRODUCTION, waiting);
    await host.load(second, canary(0.3), waiting);
    const users = ids('user', 100);
    const expected = users.map((user) => (isInCanary(second, userKeyOf(user), 0.3) ? '2' : '1'));
    expect(users.map((user) => versionFor(host, user))).toEqual(expected);
    expect(new Set(expected)).toEqual(new Set(['1', '2']));
    await host.load(second, canary(0), waiting);
    expect(new Set(users.map((user) => versionFor(host, user)))).toEqual(new Set(['1']));
    expect(host.loaded()).toMatchObject([
      { ref: first, stage: 'production' },
      { ref: second, stage: 'canary', canaryShare: 0 },
    ]);
  });

  it('gives the version that an experiment pins, whatever its stage, and no canary to those on whom nothing may be tried', async () => {
    const { host } = shop.host();
    await host.load(await als('1'), PRODUCTION, waiting);
    await host.load(await als('2'), canary(1), waiting);
    await host.load(await als('3'), SHADOW, waiting);
    const versionBy = (canaries: boolean, pinned: Record<string, string> = {}) => {
      using model = host.borrow('als', 'ann', { canaries, pinned });
      return model!.ref.version;
    };
    expect([versionBy(true), versionBy(false)]).toEqual(['2', '1']);
    expect([versionBy(true, { als: '3' }), versionBy(true, { als: '9' }), versionBy(true, { mf: '3' })]).toEqual([
      ...['3', '2', '2'],
    ]);
    expect([host.hasVersion('als', '3'), host.hasVersion('als', '9'), host.hasVersion('mf', '3')]).toEqual([
      ...[true, false, false],
    ]);
  });

  it('moves a version from shadow to production without loading it again, and retires the one before', async () => {
    const { host } = shop.host();
    await host.load(await als('1'), PRODUCTION, waiting);
    const worker = host.live('als')!.workers[0]!;
    await host.load(await als('2'), SHADOW, waiting);
    const [shadow] = host.shadows('als');
    expect([shadow!.ref.version, shadow!.stage, versionFor(host, 'ann')]).toEqual(['2', 'shadow', '1']);
    await host.load(await als('2'), PRODUCTION, waiting);
    expect([versionFor(host, 'ann'), host.shadows('als').length, host.loaded().length]).toEqual(['2', 0, 1]);
    expect(await worker.ended).toMatchObject({ message: expect.stringMatching(/was closed/) });
    shadow![Symbol.dispose]();
  });

  it('lends versions by name, the one in production where no version is asked for', async () => {
    const { host } = shop.host();
    await host.load(await als('1'), PRODUCTION, waiting);
    await host.load(await als('2'), SHADOW, waiting);
    for (const [asked, got] of [
      ['', '1'],
      ['1', '1'],
      ['2', '2'],
      ['3', undefined],
    ] as const) {
      using model = host.borrowVersion('als', asked);
      expect(model?.ref.version).toBe(got);
    }
  });

  it('serves the newest of two names of a kind, and the other one when that leaves', async () => {
    const { host } = shop.host();
    const other = await als('7', { name: 'als-small' });
    await host.load(await als('1'), PRODUCTION, waiting);
    await host.load(other, PRODUCTION, waiting);
    expect([versionFor(host, 'ann'), host.loaded().length]).toEqual(['7', 2]);
    expect([host.unload(other), host.unload(other)]).toEqual([true, false]);
    expect(versionFor(host, 'ann')).toBe('1');
  });

  it('ends a retired version only when its last request is done', async () => {
    const { host } = shop.host();
    await host.load(await als('1'), PRODUCTION, waiting);
    const worker = host.live('als')!.workers[0]!;
    const model = host.borrow('als', 'ann')!;
    await host.load(await als('2'), PRODUCTION, waiting);
    expect((await model.retrieve(ann, 3, waiting)).items).toHaveLength(3);
    expect(worker.isAlive).toBe(true);
    model[Symbol.dispose]();
    expect(worker.isAlive).toBe(false);
  });
});

describe('swapping under load', () => {
  it('fails no request, answers by the version that was borrowed, and leaves no thread behind', async () => {
    const { host, catalog } = shop.host({ workersPerModel: 2 });
    const size = { items: 3_000, rank: 16, users: 20 };
    const versions = ['11', '12', '13', '14'];
    const factors = new Map(versions.map((version) => [version, someFactors({ ...size, seed: Number(version) })]));
    const itemIds = ids('item', size.items);
    const refs = await Promise.all(
      versions.map((version) =>
        shop.write({
          kind: 'als',
          graphs: alsGraphsOf(factors.get(version)!),
          itemIds,
          userIds: ids('user', 20),
          version,
        }),
      ),
    );
    await host.load(refs[0]!, PRODUCTION, waiting);
    const seen = new Map<string, number>();
    const failures: unknown[] = [];
    const ask = async () => {
      using model = host.borrow('als', 'user-1')!;
      const { version } = model.ref;
      try {
        const { items } = await model.retrieve(ann, 50, waiting);
        if (catalog.idOf(items[0]!) !== `item-${bestOf(factors.get(version)!)}`)
          failures.push(`wrong answer by ${version}`);
      } catch (error) {
        failures.push(error);
      }
      seen.set(version, (seen.get(version) ?? 0) + 1);
    };
    // 200 requests a second, whatever became of those before
    const asked: Promise<void>[] = [];
    const load = setInterval(() => asked.push(ask()), 5);
    const workers = [...host.live('als')!.workers];
    for (const ref of refs.slice(1)) {
      await host.load(ref, PRODUCTION, waiting);
      workers.push(...host.live('als')!.workers);
      await ask();
    }
    clearInterval(load);
    await Promise.all(asked);
    expect(failures).toEqual([]);
    expect([...seen.keys()]).toEqual(versions);
    expect(asked.length).toBeGreaterThan(20);
    expect(workers.map(({ isAlive }) => isAlive)).toEqual([false, false, false, false, false, false, true, true]);
  });
});

describe('an artifact that cannot serve is refused, and the one before serves on', () => {
  const broken: [string, RegExp, () => Promise<ModelRef>][] = [
    [
      'tables that do not give the answers of its graphs',
      /do not give the answers/,
      async () => {
        const factors = someFactors({ seed: 21 });
        const other = someFactors({ seed: 22 });
        return shop.write({
          kind: 'als',
          graphs: alsGraphsOf(factors, other.itemFactors),
          userIds: ids('user', 20),
          version: '3',
        });
      },
    ],
    [
      'more users than its table has',
      /user_factors" is \[20, 8\] instead of \[21, 8\]/,
      () => shop.write({ kind: 'als', graphs: alsGraphsOf(someFactors()), userIds: ids('user', 21), version: '4' }),
    ],
    [
      'a graph that is missing',
      /needs a graph with the inputs "item_index"/,
      () =>
        shop.write({
          kind: 'als',
          graphs: alsGraphsOf(someFactors()).slice(0, 1),
          userIds: ids('user', 20),
          version: '5',
        }),
    ],
    [
      'a kind that serving blends itself',
      /train and promote the parts/,
      () => shop.write({ kind: 'hybrid', graphs: alsGraphsOf(someFactors()), userIds: ids('user', 20), version: '6' }),
    ],
    [
      'a kind that nobody knows',
      /it knows als, popularity/,
      () => shop.write({ kind: 'oracle', graphs: alsGraphsOf(someFactors()), userIds: ids('user', 20), version: '6' }),
    ],
    ['nothing at all', /does not exist/, async () => ({ name: 'als', version: '9', digest: 'f'.repeat(64) })],
  ];

  it.each(broken)('%s', async (_, message, write) => {
    const { host } = shop.host();
    await host.load(await als('1'), PRODUCTION, waiting);
    const bad = await write();
    await expect(host.load({ ...bad, name: 'als' }, PRODUCTION, waiting)).rejects.toMatchObject({
      message: expect.stringMatching(message),
    });
    expect([versionFor(host, 'ann'), host.loaded().length]).toEqual(['1', 1]);
  });

  it('one that takes too long to load', async () => {
    const { host } = shop.host({ patience: { loadMs: 1, answerMs: 1_000 } });
    await expect(host.load(await als('1'), PRODUCTION, waiting)).rejects.toMatchObject({
      message: expect.stringMatching(/did not load within 1 ms/),
    });
    expect(host.loaded()).toEqual([]);
  });
});

describe('a model that answers no number', () => {
  it('fails the call that it was, and no other one', async () => {
    const { host } = shop.host();
    const graph = new GraphBuilder('predict');
    const x = graph.input({ name: 'features', type: 'float32', shape: ['n', 1] });
    graph.node({ op: 'Log', inputs: [x], outputs: ['probabilities'] });
    graph.output({ name: 'probabilities', type: 'float32', shape: ['n', 1] });
    const features = { type: 'float32', dims: [1, 1], data: [1] } as const;
    const graphs = [{ name: 'predict', model: graph.finish(), goldenInputs: [{ features }] }];
    const ref = await shop.write({ kind: 'engagement', graphs, features: ['x'], labels: ['click'] });
    await host.load(ref, PRODUCTION, waiting);
    using model = host.borrow('engagement', 'ann')!;
    const asked = [1, -1, 1, 1, -1].map((value) => model.predict(Float32Array.of(value), waiting));
    const answers = await Promise.allSettled(asked);
    expect(answers.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, true, false]);
    await expect(asked[1]).rejects.toMatchObject({
      code: 'internal.model',
      message: expect.stringMatching(/not finite/),
    });
  });
});
