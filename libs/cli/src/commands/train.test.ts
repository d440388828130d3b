import { PassThrough } from 'node:stream';
import { common, SERVICES, serving, training } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type GrpcServer, serviceOf, startGrpcServer } from '@attune/grpc';
import { makeProgram } from '../program';

const nothing = () => undefined;
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const logger = { ...quiet, child: () => quiet } as never;
const NAMES = ['als', 'content', 'engagement', 'hybrid', 'item_item', 'mf', 'neural_cf', 'popularity'];
const SERVED = ['popularity', 'als', 'content', 'item_item', 'engagement', 'neural_cf'];
let server: GrpcServer;
let asked: string[] = [];

const ref = (name: string) => ({ name, version: '1', digest: `digest of ${name}` });

beforeAll(async () => {
  const trainings = {
    listModels: async () =>
      training.ListModelsResponse.fromPartial({ models: NAMES.map((name) => ({ name })), nextPageToken: '' }),
    startTraining: async ({ model }: training.StartTrainingRequest) => {
      asked.push(model);
      return training.StartTrainingResponse.fromPartial({ run: { runId: model, model } });
    },
    async *watchTraining({ runId }: training.WatchTrainingRequest) {
      yield training.WatchTrainingResponse.fromPartial({ run: ended(runId) });
    },
  };
  const slates = {
    getServingState: async () =>
      serving.GetServingStateResponse.fromPartial({ models: NAMES.map((name) => ({ ref: ref(name) })) }),
  };
  const services = [
    serviceOf({ definition: SERVICES.training.definition, handlers: trainings }),
    serviceOf({ definition: SERVICES.serving.definition, handlers: slates }),
  ];
  server = await startGrpcServer({ listen: '127.0.0.1:0', services, logger });
});

afterAll(() => server[Symbol.asyncDispose]());

beforeEach(() => {
  asked = [];
});

/** The data has neither texts nor ratings; everything else is trained and promoted. */
function ended(model: string) {
  const times = { createdAt: new Date(0), endedAt: new Date(1_500) };
  if (model === 'content' || model === 'mf') {
    const { code, message } = new AppError('failed_precondition.dataset_no_content', 'the items say nothing');
    return { runId: model, model, state: common.RunState.FAILED, problem: { code, message }, ...times };
  }
  const modelVersion = ref(model);
  return { runId: model, model, state: common.RunState.SUCCEEDED, promoted: true, modelVersion, ...times };
}

/** Runs the program as a terminal does. */
async function attune(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let exitCode = 0;
  const env = { ATTUNE_TRAINING_ADDRESS: server.address, ATTUNE_SERVING_ADDRESS: server.address };
  const program = makeProgram({ env, stdout, stderr, setExitCode: (code) => (exitCode = code) });
  await program.parseAsync(['node', 'attune', ...args]);
  return { out: String(stdout.read() ?? ''), err: String(stderr.read() ?? ''), exitCode };
}

describe('attune train', () => {
  it('trains what serving can use, one after the other, and passes over what the data does not feed', async () => {
    const { out, err, exitCode } = await attune('train');
    expect(asked).toEqual(SERVED);
    const trained = SERVED.filter((name) => name !== 'content');
    expect(out.trimEnd().split('\n')).toEqual(
      trained.map((name) => expect.stringContaining(`${name} v1 trained in 1.5 s`)),
    );
    expect([err, exitCode]).toEqual(['passed over content: run content of content failed: the items say nothing\n', 0]);
  });

  it('trains with --all also what can only be measured, last', async () => {
    await attune('train', '--all');
    expect(asked).toEqual([...SERVED, 'hybrid', 'mf']);
  });

  it('fails where a model that was named cannot be trained', async () => {
    const { err, exitCode } = await attune('train', 'content');
    expect(asked).toEqual(['content']);
    expect([err, exitCode]).toEqual(['attune: run content of content failed: the items say nothing\n', 1]);
  });

  it('answers one JSON document at the end where that is asked for', async () => {
    const { out } = await attune('train', 'als', 'popularity', '--json');
    expect(JSON.parse(out)).toMatchObject({ runs: [{ model: 'als' }, { model: 'popularity' }] });
  });
});
