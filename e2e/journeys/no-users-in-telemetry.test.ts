import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureStore, type ServiceName, serving, TOPICS } from '@attune/contracts';
import { openEventLog } from '@attune/event-log';
import { anInteraction, aUser, until, useInfra } from '@attune/testkit';
import { startProcessFleet } from '../support/process-fleet';
import { ROOT } from '../support/root';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(60_000);
const infra = useInfra();
const traceFile = join(tempFolder(), 'spans.jsonl');
const SERVICES: readonly ServiceName[] = ['feature-store', 'training', 'serving'];
const USER = 'somebody-4711';
const outputs = new Map<ServiceName, string>();
let spans: string;

const failing = (call: Promise<unknown>) => call.catch(() => undefined);

/** What a product does for a user: what works, and what is refused. */
beforeAll(async () => {
  const fleet = await startProcessFleet({
    infra,
    services: SERVICES,
    require: [join(ROOT, 'libs', 'telemetry', 'dist', 'register.js')],
    env: (name) => ({ ATTUNE_TRACE_FILE: traceFile, OTEL_SERVICE_NAME: name, ATTUNE_LOG_LEVEL: 'debug' }),
  });
  const [store, slates] = [fleet.client('feature-store'), fleet.client('serving')];
  const slateOf = (request: Partial<serving.RecommendRequest>) =>
    slates.recommend(serving.RecommendRequest.fromPartial({ userId: USER, ...request }));
  await store.upsertUsers({ users: [aUser({ userId: USER, consent: { personalization: false } })], requestId: '' });
  const like = anInteraction({ userId: USER, occurredAt: undefined });
  await store.recordInteractions({ interactions: [like], producer: 'e2e' });
  await store.getUsers({ userIds: [USER] });
  const { decisionId } = await slateOf({});
  await failing(slateOf({ userId: `${USER}\n` }));
  await failing(slateOf({ count: 100_000 }));
  await failing(store.upsertUsers({ users: [aUser({ userId: `${USER}\0` })], requestId: USER }));
  await failing(store.getDecision(featureStore.GetDecisionRequest.fromPartial({ decisionId: `${decisionId}-not` })));
  const { redisUrl, namespace } = infra;
  const kafkaBrokers = infra.kafkaBrokers?.split(',');
  await using eventLog = await openEventLog({ redisUrl, kafkaBrokers, topicPrefix: namespace, clientId: 'e2e' });
  for (const topic of [TOPICS.interactions.name, TOPICS.entities.name, TOPICS.erasures.name]) {
    await eventLog.append(topic, [{ key: USER, value: Buffer.from(`of ${USER}`) }]);
  }
  const hasBuried = () => SERVICES.every((name) => fleet.process(name).output.includes('dead-lettered'));
  await until('every service has put aside what it cannot read', async () => hasBuried());
  await fleet[Symbol.asyncDispose]();
  for (const name of SERVICES) outputs.set(name, fleet.process(name).output);
  spans = existsSync(traceFile) ? readFileSync(traceFile, 'utf8') : '';
});

it.each(SERVICES)('%s writes no user id into its log', (name) => {
  const output = outputs.get(name)!;
  expect(output).toMatch(/"level":"error".*dead-lettered/);
  expect(output).not.toContain(USER);
});

it('logs why calls were refused, without saying for whom', () => {
  expect(outputs.get('serving')).toMatch(/call refused: user_id has a control character/);
  expect(outputs.get('feature-store')).toMatch(/call refused/);
});

it('writes no user id into a span', () => {
  for (const rpc of ['Recommend', 'UpsertUsers', 'RecordInteractions', 'GetUsers']) expect(spans).toContain(`/${rpc}`);
  expect(spans).not.toContain(USER);
});
