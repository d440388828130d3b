import { PassThrough } from 'node:stream';
import { type featureStore, SERVICES } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type GrpcServer, serviceOf, startGrpcServer } from '@attune/grpc';
import { makeProgram } from '../program';

const nothing = () => undefined;
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const logger = { ...quiet, child: () => quiet } as never;
const { definition } = SERVICES['feature-store'];
let server: GrpcServer;
let asked: featureStore.SetBlocksRequest[] = [];
let changedCount = 1;

beforeAll(async () => {
  const setBlocks = async (request: featureStore.SetBlocksRequest) => {
    asked.push(request);
    if (request.blocks[0]!.userId === 'x'.repeat(300)) throw new AppError('invalid.request', 'user_id is too long');
    return { changedCount, unchangedCount: 1 - changedCount };
  };
  const services = [serviceOf({ definition, handlers: { setBlocks } })];
  server = await startGrpcServer({ listen: '127.0.0.1:0', services, logger });
});

afterAll(() => server[Symbol.asyncDispose]());

beforeEach(() => {
  asked = [];
  changedCount = 1;
});

/** Runs the program as a terminal does. */
async function attune(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let exitCode = 0;
  const env = { ATTUNE_FEATURE_STORE_ADDRESS: server.address };
  const program = makeProgram({ env, stdout, stderr, setExitCode: (code) => (exitCode = code) });
  await program.parseAsync(['node', 'attune', ...args]);
  return { out: String(stdout.read() ?? ''), err: String(stderr.read() ?? ''), exitCode };
}

describe('attune block', () => {
  it('blocks an author', async () => {
    const { out, exitCode } = await attune('block', '--user', 'ann', '--author', 'ben');
    expect([out, exitCode]).toEqual(['ann sees no items of ben any more, from the next slate on.\n', 0]);
    expect(asked).toEqual([
      {
        blocks: [{ userId: 'ann', target: { $case: 'authorId', value: 'ben' }, since: undefined, removed: false }],
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
  });

  it('takes a topic back, and says where it was so before', async () => {
    changedCount = 0;
    const { out } = await attune('block', '--user', 'ann', '--topic', 'war', '--remove');
    expect(out).toBe('ann may see items about "war" again.\nIt was so before.\n');
    expect(asked[0]!.blocks[0]).toMatchObject({ target: { $case: 'topic', value: 'war' }, removed: true });
  });

  it('answers in JSON where that is asked for', async () => {
    const { out } = await attune('block', '--user', 'ann', '--topic', 'war', '--json');
    expect(JSON.parse(out)).toEqual({ userId: 'ann', topic: 'war', removed: false, changed: true });
  });

  it.each([
    ['both', ['--author', 'ben', '--topic', 'war']],
    ['neither', []],
  ])('asks for one of author and topic where there is %s', async (_, args) => {
    const { err, exitCode } = await attune('block', '--user', 'ann', ...args);
    expect([err, exitCode, asked]).toEqual(['attune: say what is blocked by one of --author and --topic\n', 1, []]);
  });

  it('shows what the feature-store refuses', async () => {
    const { err, exitCode } = await attune('block', '--user', 'x'.repeat(300), '--author', 'ben');
    expect([err, exitCode]).toEqual(['attune: user_id is too long\n', 1]);
  });
});
