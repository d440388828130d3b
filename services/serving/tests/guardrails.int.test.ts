import { type serving, training } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { until } from '@attune/testkit';
import { writeAls, writePopularity } from './fixtures/a-model';
import { Fleet } from './fixtures/a-serving';

jest.setTimeout(120_000);
/** On a busy machine a stage that runs late would look like a fault of both sides. */
const PATIENT = { ATTUNE_SERVING_BUDGET_MS: '20000' };
const WAIT = { timeoutMs: 60_000 };
const FAST = { ...PATIENT, ATTUNE_SERVING_GUARDRAIL_POLL_MS: '50', ATTUNE_SERVING_MODEL_POLL_MS: '50' };

describe('a canary under its guardrails', () => {
  let fleet: Fleet;
  let sequence = 10;
  const asked: training.PromoteModelRequest[] = [];

  beforeAll(async () => {
    fleet = await Fleet.open();
    const models = [await writeAls(fleet.store), await writePopularity(fleet.store)];
    fleet.inProduction = async () => models;
    await fleet.start(FAST);
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  const state = async (version: string) =>
    (await fleet.client.getServingState({})).canaries.find(({ ref }) => ref!.version === version);
  const isLoaded = async (version: string) =>
    (await fleet.client.getServingState({})).models.some(({ ref, kind }) => kind === 'als' && ref!.version === version);
  const begin = async (version: string, canaryShare: number) => {
    const canary = await writeAls(fleet.store, { version, seed: Number(version) });
    await fleet.move(canary, ++sequence, { fromStage: 'candidate', toStage: 'canary', canaryShare });
    await until('it is judged', async () => (await state(version)) !== undefined);
    return canary;
  };
  /** Slates of so many people, a few at a time: more would be refused on a machine that is busy. */
  const slates = async (count: number) => {
    const answers: serving.RecommendResponse[] = [];
    for (let person = 0; person < count; person += 4) {
      const some = Array.from({ length: Math.min(4, count - person) }, (_, n) => `person-${person + n}`);
      answers.push(...(await Promise.all(some.map((userId) => fleet.recommend(userId, { count: 3 })))));
    }
    return answers;
  };

  it('is counted beside production by all that becomes of slates, and stays while it does no harm', async () => {
    await begin('2', 0.5);
    const answers = await slates(40);
    const [first] = answers;
    await fleet.record('person-0', 'click', [first!.items[0]!.itemId], undefined, new Date(), first!.decisionId);
    await fleet.record('person-0', 'like', [first!.items[1]!.itemId], undefined, new Date(), first!.decisionId);
    const found = await until('everything is counted', async () => {
      const clicks = (await state('2'))?.guardrails.find(({ name }) => name === 'clicks');
      const total = (clicks?.canaryCount ?? 0) + (clicks?.productionCount ?? 0);
      const missed = clicks && clicks.canaryCount * clicks.canaryRate + clicks.productionCount * clicks.productionRate;
      return total === 40 && Math.round(missed!) === 39 && (await state('2'));
    });
    expect(found).toMatchObject({ verdict: 'collecting', share: 0.5 });
    const errors = found.guardrails.find(({ name }) => name === 'errors')!;
    expect(errors).toMatchObject({ canaryRate: 0, productionRate: 0, verdict: 'collecting' });
    expect(errors.canaryCount).toBeGreaterThan(5);
    expect(errors.productionCount).toBeGreaterThan(5);
    expect(asked).toEqual([]);
    await fleet.move((await state('2'))!.ref!, ++sequence, { fromStage: 'canary', toStage: 'candidate' });
  });

  it('is taken back by itself when its slates are degraded, here at once and in the registry when it answers', async () => {
    let isAway = true;
    fleet.promoteModel = async (request) => {
      if (isAway) throw new AppError('unavailable.training', 'training is away');
      asked.push(request);
      return { version: undefined };
    };
    await begin('3', 0.5);
    // The canary alone is broken: its worker never comes back, and everybody of its share gets a degraded slate.
    breakModel('3');
    const ended = until(
      'it is taken back',
      async () => (await state('3'))?.verdict === 'rolled_back' && state('3'),
      WAIT,
    );
    const asking = (async () => {
      while (await isLoaded('3')) await slates(20);
    })();
    const found = await ended;
    await asking;
    expect(found.reason).toMatch(/^guardrail errors: .*degraded slates of \d+, in production/);
    expect(await isLoaded('3')).toBe(false);
    isAway = false;
    await until('training was told', async () => asked.length > 0);
    expect(asked[0]).toMatchObject({
      ...{ model: 'als', version: '3', stage: training.ModelStage.CANDIDATE },
      reason: expect.stringMatching(/^guardrail errors/),
    });
    expect(
      (await slates(5)).every(({ degraded }) => degraded.every(({ stage }) => stage !== 'sources/collaborative')),
    ).toBe(true);
  });

  function breakModel(version: string): void {
    const { models } = fleet.serving;
    const borrow = models.borrow.bind(models);
    jest.spyOn(models, 'borrow').mockImplementation((kind, userId) => {
      const model = borrow(kind, userId);
      if (model?.ref.version !== version) return model;
      return Object.assign(model, {
        retrieve: () => Promise.reject(new AppError('unavailable.model_worker', 'broken')),
      });
    });
  }
});
