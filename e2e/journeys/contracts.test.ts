import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SERVICES, type ServiceName } from '@attune/contracts';
import { checkHealth } from '@attune/devstack';
import { useInfra } from '@attune/testkit';
import { type Fleet, startFleet } from '../support/fleet';
import { rawCall } from '../support/raw-call';
import { ROOT } from '../support/root';

jest.setTimeout(60_000);
const infra = useInfra();
const run = promisify(execFile);
const NAMES = Object.keys(SERVICES) as ServiceName[];

/** What is in the contracts and not built yet, besides whole services. A name leaves this list when its RPC is built. */
const NOT_BUILT: Readonly<Record<string, readonly string[] | 'all'>> = {
  'feature-store': [],
  embedding: 'all',
  training: [],
  serving: [],
  bandit: [],
  experiment: [],
  monitoring: [],
};

/** Streams without an end: whoever watches says when it is enough. */
const ENDLESS: ReadonlySet<string> = new Set(['watchAlerts']);
const ENOUGH_MS = 1_000;

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ infra });
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

describe.each(NAMES)('%s', (name) => {
  const { definition, grpcName } = SERVICES[name];

  it('answers every RPC of its contract over the wire, and UNIMPLEMENTED with a reason where nothing is built', async () => {
    const methods = Object.entries(definition);
    const answers = await Promise.all(
      methods.map(async ([method, { path }]) => {
        const deadlineMs = ENDLESS.has(method) ? ENOUGH_MS : undefined;
        return { method, ...(await rawCall(fleet.addresses[name]!, path, undefined, deadlineMs)) };
      }),
    );
    const unimplemented = answers.filter(({ status }) => status === 'UNIMPLEMENTED');
    const expected = NOT_BUILT[name] === 'all' ? methods.map(([method]) => method) : NOT_BUILT[name];
    expect(unimplemented.map(({ method }) => method).sort()).toEqual([...expected!].sort());
    expect(unimplemented.filter(({ reason, domain }) => !reason || domain !== 'attune')).toEqual([]);
    const isWrong = ({ method, status }: (typeof answers)[number]) =>
      ['INTERNAL', 'UNKNOWN'].includes(status) || (status === 'DEADLINE_EXCEEDED') !== ENDLESS.has(method);
    expect(answers.filter(isWrong)).toEqual([]);
  });

  it('is healthy by name', async () => {
    const answer = await rawCall(fleet.addresses[name]!, '/grpc.health.v1.Health/Check', healthRequest(grpcName));
    expect(answer).toMatchObject({ status: 'OK', messages: [SERVING] });
    expect(await checkHealth(fleet.addresses[name]!)).toBe('SERVING');
  });
});

it('reflection lets buf curl list every service', async () => {
  const lists = await Promise.all(NAMES.map((name) => bufCurl('--list-services', `http://${fleet.addresses[name]}`)));
  const expected = NAMES.map((name) => [SERVICES[name].grpcName, 'grpc.health.v1.Health']);
  expect(lists.map((list) => list.trim().split('\n'))).toEqual(expected.map((some) => expect.arrayContaining(some)));
});

it('buf curl calls an RPC that it knows by reflection alone', async () => {
  const url = `http://${fleet.addresses['feature-store']}/${SERVICES['feature-store'].grpcName}/GetStoreStats`;
  expect(JSON.parse(await bufCurl('--data', '{}', url))).toEqual({});
});

const SERVING = Buffer.from([0x08, 0x01]);

/** HealthCheckRequest { service } by hand: field 1, a short string. */
function healthRequest(service: string): Buffer {
  return Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]);
}

async function bufCurl(...args: readonly string[]): Promise<string> {
  const buf = join(ROOT, 'node_modules', '.bin', 'buf');
  return (await run(buf, ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...args])).stdout;
}
