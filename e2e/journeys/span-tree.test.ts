import { join } from 'node:path';
import { type events, type ServiceName, serving } from '@attune/contracts';
import { anInteraction, freePorts, until, useInfra } from '@attune/testkit';
import { PATIENT } from '../support/patient';
import { startProcessFleet } from '../support/process-fleet';
import { ROOT } from '../support/root';
import { readSpans, type Span, treeOf } from '../support/span-tree';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(60_000);
const infra = useInfra();
const traceFile = join(tempFolder(), 'spans.jsonl');
const SERVICES: readonly ServiceName[] = ['feature-store', 'training', 'serving'];
const USER = 'somebody-4711';
const ITEM = 'something-0815';
let spans: readonly Span[];
let metrics: string;
let record: events.DecisionRecord;

beforeAll(async () => {
  const ports = await freePorts(SERVICES.length);
  await using fleet = await startProcessFleet({
    infra,
    services: SERVICES,
    require: [join(ROOT, 'libs', 'telemetry', 'dist', 'register.js')],
    env: (name) => ({
      ATTUNE_TRACE_FILE: traceFile,
      OTEL_SERVICE_NAME: name,
      ATTUNE_METRICS_PORT: String(ports[SERVICES.indexOf(name)]),
      ...(name === 'serving' ? PATIENT : {}),
    }),
  });
  const store = fleet.client('feature-store');
  const like = anInteraction({ userId: USER, itemId: ITEM, occurredAt: undefined });
  await store.recordInteractions({ interactions: [like], producer: 'e2e' });
  const isApplied = async () => (await fleet.client('serving').getServingState({})).pendingCount === 0;
  await until('serving knows of the like', isApplied);
  const { decisionId } = await fleet
    .client('serving')
    .recommend(serving.RecommendRequest.fromPartial({ userId: USER }));
  await until('the decision is kept', async () => (await fleet.settledStats()).decisionCount === 1);
  record = (await store.getDecision({ decisionId })).decision!;
  const pages = ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  metrics = (await Promise.all(pages)).join('\n');
});

beforeAll(() => {
  // The processes have ended in order, so every span that they finished is in the file.
  spans = readSpans(traceFile);
});

function traceOf(rpc: string): readonly string[] {
  return treeOf(spans, spans.find(({ name }) => name.endsWith(`/${rpc}`))?.traceId ?? '');
}

describe('the trace of an interaction', () => {
  it('leads from the call through the event log to what every consumer wrote', () => {
    expect(traceOf('RecordInteractions')).toEqual([
      'feature-store: grpc.attune.feature_store.v1.FeatureStoreService/RecordInteractions',
      '  feature-store: process interactions.v1',
      '    feature-store: postgresql',
      '    feature-store: redis',
      '  feature-store: redis',
      '  serving: process interactions.v1',
      '    serving: redis',
      '  training: process interactions.v1',
      '    training: postgresql',
    ]);
  });
});

describe('the trace of a slate', () => {
  it('shows every stage by its folder, and the decision record arriving in the store', () => {
    expect(traceOf('Recommend')).toEqual([
      'serving: grpc.attune.serving.v1.ServingService/Recommend',
      '  feature-store: process decisions.v1',
      '    feature-store: postgresql',
      '  serving: hydrators/blocks',
      '    serving: grpc.attune.feature_store.v1.FeatureStoreService/GetRelations',
      '      feature-store: grpc.attune.feature_store.v1.FeatureStoreService/GetRelations',
      '        feature-store: postgresql',
      '    serving: redis',
      '  serving: hydrators/consent',
      '    serving: grpc.attune.feature_store.v1.FeatureStoreService/GetUsers',
      '      feature-store: grpc.attune.feature_store.v1.FeatureStoreService/GetUsers',
      '        feature-store: postgresql',
      '    serving: redis',
      '  serving: hydrators/kept_user',
      '    serving: redis',
      '  serving: hydrators/live_vector',
      '  serving: redis',
      '  serving: selectors/diverse',
      '  serving: sources/collaborative',
      '  serving: sources/content',
      '  serving: sources/fresh',
      '  serving: sources/item_item',
      '  serving: sources/neural',
      '  serving: sources/recent_popularity',
      '    serving: redis',
      '  serving: sources/social',
      '    serving: redis',
      '  serving: sources/trending',
    ]);
  });

  it('is the trace that the decision record names', () => {
    expect(spans.find(({ name }) => name.endsWith('/Recommend'))?.traceId).toBe(record.traceId);
  });
});

describe('metrics', () => {
  it('count what happened', () => {
    expect(metrics).toMatch(/^attune_serving_slates_total\{.*\} 1$/m);
    expect(metrics).toMatch(/^attune_serving_interactions_total(\{.*\})? 1$/m);
  });

  it('name no user, item or decision in any label', () => {
    for (const id of [USER, ITEM, record.decisionId]) expect(metrics).not.toContain(id);
    expect(metrics).not.toMatch(/[{,](user|item|decision|event)_?id=/i);
  });
});
