import { experiment as contract } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { until } from '@attune/testkit';
import { writeAls, writePopularity } from './fixtures/a-model';
import { Fleet } from './fixtures/a-serving';
import { anExperimentMessage } from './fixtures/an-experiment';

const POLL = { ATTUNE_SERVING_EXPERIMENT_POLL_MS: '20' };
/** Only what is pushed is heard of after the start: this owner knows of no experiment, and would end it when it is asked again. */
const PUSHED = { ATTUNE_SERVING_EXPERIMENT_POLL_MS: '600000' };
const away = () => Promise.reject(new AppError('unavailable.experiment', 'the experiment service is away'));

async function aFleet(): Promise<Fleet> {
  const fleet = await Fleet.open();
  const models = [await writeAls(fleet.store), await writePopularity(fleet.store)];
  fleet.inProduction = async () => models;
  return fleet;
}

const listed = (...experiments: contract.Experiment[]) => ({
  listExperiments: async () => ({ experiments, nextPageToken: '' }),
});

describe('experiments in serving', () => {
  it('decide slates as they are pushed, without a call, until they stop', async () => {
    await using fleet = await aFleet();
    let asked = 0;
    fleet.experiment = {
      listExperiments: async () => {
        asked++;
        return { experiments: [], nextPageToken: '' };
      },
    };
    await fleet.start(PUSHED);
    await fleet.record('zoe', 'like', ['a', 'b', 'c']);
    expect(await fleet.recommend('ann')).toMatchObject({ strategy: 'hybrid', variants: [], degraded: [] });
    await fleet.changeExperiment(anExperimentMessage({ strategy: 'popularity_based', color: 'green' }));
    const slate = await fleet.recommend('ann');
    expect(slate).toMatchObject({
      strategy: 'popularity_based',
      variants: [{ experimentId: 'exp-1', variant: 'on' }],
      parameters: { color: 'green' },
    });
    const { record } = await until('the record is there', async () =>
      (await fleet.decisions()).find((one) => one.record.decisionId === slate.decisionId),
    );
    expect(record).toMatchObject({
      variant: { experimentId: 'exp-1', variant: 'on' },
      variants: [{ experimentId: 'exp-1', variant: 'on' }],
      ...{ strategyChosenBy: 'experiment:exp-1', strategyPropensity: 1 },
    });
    await fleet.changeExperiment(anExperimentMessage({}, { state: contract.ExperimentState.STOPPED, version: 2 }));
    expect(await fleet.recommend('ann')).toMatchObject({ strategy: 'hybrid', variants: [] });
    expect(asked).toBe(1);
  });

  it('reach every replica', async () => {
    await using fleet = await aFleet();
    await fleet.start(POLL);
    await using other = await fleet.startAnother();
    // only the other replica can tell of it: the owner, asked again, would say that nothing runs
    fleet.experiment = { listExperiments: away };
    await fleet.changeExperiment(anExperimentMessage({ strategy: 'popularity_based' }));
    for (const replica of [fleet, other]) {
      await until('the replica tries it', async () => (await replica.recommend('ann')).variants.length === 1);
    }
  });

  it('go on while their service is away, also for a replica that starts then', async () => {
    await using fleet = await aFleet();
    fleet.experiment = listed(anExperimentMessage({ strategy: 'popularity_based' }));
    await fleet.start(POLL);
    fleet.experiment = { listExperiments: away };
    await fleet.stop();
    await fleet.start(POLL);
    expect(await fleet.recommend('ann')).toMatchObject({ variants: [{ variant: 'on' }], degraded: [] });
  });

  it('are missed aloud where nobody ever said which ones run, until somebody does', async () => {
    await using fleet = await aFleet();
    fleet.experiment = { listExperiments: away };
    await fleet.start(POLL);
    expect((await fleet.recommend('ann')).degraded).toMatchObject([
      { stage: 'experiments', code: 'unavailable.experiments' },
    ]);
    fleet.experiment = listed(anExperimentMessage());
    await until('the service is asked again', async () => (await fleet.recommend('ann')).variants.length === 1);
  });

  it('pin the version of a model, be it a shadow, and put those who refuse experiments on none that is on trial', async () => {
    await using fleet = await aFleet();
    await fleet.start(PUSHED);
    const [shadow, canary] = [2, 3].map((seed) => writeAls(fleet.store, { version: String(seed), seed }));
    await fleet.move(await shadow!, 11, { fromStage: 'candidate', toStage: 'shadow' });
    await fleet.move(await canary!, 12, { fromStage: 'candidate', toStage: 'canary', canaryShare: 1 });
    const versionFor = async (userId: string) =>
      (await fleet.recommend(userId)).models.filter(({ name }) => name === 'als').map(({ version }) => version);
    expect(await versionFor('ann')).toEqual(['3']);
    await fleet.changeExperiment(anExperimentMessage({ 'model.als': '2' }));
    expect(await versionFor('ann')).toEqual(['2']);
    await fleet.consent('ann', { experiments: false });
    expect(await versionFor('ann')).toEqual(['1']);
    await fleet.changeExperiment(anExperimentMessage({ 'model.als': '9' }, { version: 2 }));
    expect(await fleet.recommend('ben')).toMatchObject({
      variants: [{ variant: 'on' }],
      degraded: [{ stage: 'experiments/exp-1', code: 'failed_precondition.variant' }],
    });
  });

  it('leave out those who refuse them', async () => {
    await using fleet = await aFleet();
    fleet.experiment = listed(anExperimentMessage({ strategy: 'popularity_based' }));
    await fleet.start(POLL);
    await fleet.consent('ann', { experiments: false });
    expect(await fleet.recommend('ann')).toMatchObject({ variants: [], strategy: 'hybrid' });
    expect(await fleet.recommend('ben')).toMatchObject({ variants: [{ variant: 'on' }] });
  });

  it('interleave two rankings in one slate, each item marked by its team, in the record, too', async () => {
    await using fleet = await aFleet();
    const variants = ['collaborative_filtering', 'popularity_based'].map((strategy, index) => ({
      ...{ name: `v${index}`, weight: 0.5, parameters: { strategy } },
    }));
    const kind = contract.ExperimentKind.INTERLEAVING;
    fleet.experiment = listed(anExperimentMessage({}, { kind, variants }));
    await fleet.start(POLL);
    const { answer, record } = await fleet.explained('ann', { count: 6 });
    expect(answer).toMatchObject({ variants: [{ experimentId: 'exp-1' }], degraded: [] });
    const teams = answer.items.map(({ placedBy }) => placedBy);
    for (const team of ['team:v0', 'team:v1']) expect(teams.filter((one) => one === team)).toHaveLength(3);
    expect(record.slate.map(({ placedBy }) => placedBy)).toEqual(teams);
    expect(record).toMatchObject({ variants: answer.variants, strategyChosenBy: 'experiment:exp-1' });
    const request = { decisionId: answer.decisionId, userId: '', itemId: '', surface: '', label: '' };
    expect((await fleet.client.explainDecision(request)).reasons.join()).toContain('picked by the ranking of variant');
  });

  it('are explained as they were decided', async () => {
    await using fleet = await aFleet();
    fleet.experiment = listed(anExperimentMessage({ strategy: 'popularity_based' }));
    await fleet.start(POLL);
    await fleet.record('zoe', 'like', ['a', 'b', 'c']);
    const slate = await fleet.recommend('ann');
    const request = { decisionId: slate.decisionId, userId: '', itemId: '', surface: '', label: '' };
    expect((await fleet.client.explainDecision(request)).itemId).toBe(slate.items[0]!.itemId);
  });
});
