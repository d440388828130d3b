import { events, type serving } from '@attune/contracts';
import { until } from '@attune/testkit';
import { idsOf } from './fixtures/a-serving';
import { BY_RULES, CHOOSING, DEPENDENCIES, type Dependency, FaultyWorld } from './fixtures/faulty-world';

const { Personalization } = events;
/** What the caller has; a stage has a quarter of it, or a half. */
const DEADLINE_MS = 1_600;
const COUNT = 10;

jest.setTimeout(60_000);

let world: FaultyWorld;
beforeAll(async () => {
  world = await FaultyWorld.open();
  await until('nothing is missing', isWhole);
});
afterAll(() => world?.[Symbol.asyncDispose]());

const FAULTS: Readonly<Record<string, (name: Dependency) => void>> = {
  down: (name) => world.roads[name].cut(),
  frozen: (name) => world.roads[name].freeze(),
  slow: (name) => world.roads[name].slowDown(3 * DEADLINE_MS),
};

/** Whose slate, of which surface; `new` is somebody of whom nothing is kept. */
const SLATES = {
  home: ['ann', 'home'],
  chosen: ['ann', CHOOSING],
  ruled: ['ann', BY_RULES],
  new: ['', 'home'],
} as const;
type SlateName = keyof typeof SLATES;

/** The stages that a slate must name as missing while a dependency is not there. What stands nowhere here is whole. */
const MISSING: Readonly<Record<Dependency, Partial<Record<SlateName, readonly string[]>>>> = {
  postgres: {},
  'event-log': {},
  training: {},
  experiment: {},
  bandit: { chosen: ['strategy'] },
  'feature-store': {
    home: ['scorers/features'],
    chosen: ['scorers/features'],
    ruled: ['scorers/features'],
    new: ['hydrators/consent'],
  },
  redis: {
    home: ['hydrators/kept_user'],
    chosen: ['hydrators/kept_user'],
    ruled: ['hydrators/kept_user'],
    new: ['hydrators/kept_user'],
  },
};

interface Slate {
  readonly name: SlateName;
  readonly answer: serving.RecommendResponse;
  readonly degraded: readonly string[];
  readonly tookMs: number;
}

async function slateOf(name: SlateName): Promise<Slate> {
  const [userId, surface] = SLATES[name];
  const startedAt = performance.now();
  const answer = await world.recommend(userId || world.somebodyNew(), surface, DEADLINE_MS);
  const tookMs = performance.now() - startedAt;
  return { name, answer, degraded: answer.degraded.map(({ stage }) => stage), tookMs };
}

const everySlate = () => Promise.all((Object.keys(SLATES) as SlateName[]).map(slateOf));

const isWhole = async () => (await everySlate()).every(({ degraded }) => degraded.length === 0);

describe.each(DEPENDENCIES)('while %s', (dependency) => {
  afterAll(async () => {
    world.roads[dependency].mend();
    await until(`everything is whole again after ${dependency}`, isWhole);
  });

  it.each(Object.keys(FAULTS))(
    'is %s, every slate comes in time, says what is missing, and is right',
    async (fault) => {
      world.roads[dependency].mend();
      FAULTS[fault]!(dependency);
      for (const { name, answer, degraded, tookMs } of await everySlate()) {
        expect(tookMs).toBeLessThan(DEADLINE_MS);
        expect([name, degraded]).toEqual([name, expect.arrayContaining([...(MISSING[dependency][name] ?? [])])]);
        for (const stage of answer.degraded) expect(stage.message).toMatch(/\w+ \w+/);
        expectRight(name, answer, degraded);
      }
      // A stage may be late because the machine is busy, but not again and again.
      if (Object.keys(MISSING[dependency]).length === 0) await until('every slate is whole', isWhole);
    },
  );
});

/** Whatever is missing: a full slate without what the user has seen or hidden, personal only where the user is known to agree. */
function expectRight(name: SlateName, answer: serving.RecommendResponse, degraded: readonly string[]): void {
  const ids = idsOf(answer);
  expect(new Set(ids).size).toBe(COUNT);
  if (name !== 'new') expect(ids.filter((id) => id === 'item-0' || id === 'item-1')).toEqual([]);
  if (degraded.includes('hydrators/consent')) {
    expect(answer).toMatchObject({ personalization: Personalization.DEGRADED, strategy: 'popularity_based' });
  } else if (name !== 'new') {
    expect(answer).toMatchObject({ personalization: Personalization.PERSONAL });
  }
}
