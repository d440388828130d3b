import { join } from 'node:path';
import { experiment } from '@attune/contracts';
import { freePorts, until, useInfra } from '@attune/testkit';
import { type CollectorMood, FakeCollector } from '../support/fake-collector';
import { type ProcessFleet, startProcessFleet } from '../support/process-fleet';
import { ROOT } from '../support/root';

jest.setTimeout(120_000);
const infra = useInfra();
/** More spans than may wait: a call has one of its own and one for its statement. */
const CALLS = 2_500;
const LANES = 5;
/** Four exports at once, and what waits behind them. */
const MOST_SPANS_HELD = 4 * 512 + 2_048;
let collector: FakeCollector;
let fleet: ProcessFleet;
let metricsPort: number;

beforeAll(async () => {
  collector = await FakeCollector.start();
  [metricsPort] = (await freePorts(1)) as [number];
  fleet = await startProcessFleet({
    infra,
    services: ['experiment'],
    require: [join(ROOT, 'libs', 'telemetry', 'dist', 'register.js')],
    env: () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ATTUNE_METRICS_PORT: String(metricsPort) }),
  });
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await collector?.[Symbol.asyncDispose]();
});

/** The sum of a metric's series whose labels match. */
async function sumOf(metric: string, labels = /./): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${metric}{`) && labels.test(line));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

const lost = () => sumOf('otel_sdk_processor_span_processed_total', /error_type=/);

/** Calls the service from several lanes at once; rejects with the first call that fails. */
async function callAll(): Promise<void> {
  const client = fleet.client('experiment');
  const lane = async () => {
    for (let at = 0; at < CALLS / LANES; at += 1)
      await client.listExperiments(experiment.ListExperimentsRequest.fromPartial({}));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

describe('a service whose collector', () => {
  const moods: readonly CollectorMood[] = ['frozen', 'hangs up', 'talks rubbish', 'answers 100 MB', 'drips'];

  it.each(moods)('%s answers every call, holds a bounded number of spans and counts those it loses', async (mood) => {
    collector.mood = mood;
    const lostBefore = await lost();
    await callAll();
    const held = (await sumOf('otel_sdk_processor_span_queue_size')) + (await sumOf('otel_sdk_exporter_span_inflight'));
    expect(held).toBeLessThanOrEqual(MOST_SPANS_HELD);
    await until('lost spans are counted', async () => (await lost()) > lostBefore, { timeoutMs: 20_000 });
  });

  it('is well again sends spans to it again', async () => {
    collector.mood = 'well';
    const arrived = async () => {
      await fleet.client('experiment').listExperiments(experiment.ListExperimentsRequest.fromPartial({}));
      return collector.taken.includes('/v1/traces');
    };
    await until('spans arrive', arrived, { timeoutMs: 20_000 });
  });

  it('freezes again stops in order all the same', async () => {
    collector.mood = 'frozen';
    await callAll();
    expect(await fleet.process('experiment').stop()).toBe(0);
  });

  it('was wrong says so in its log, and only now and then', () => {
    const lines = fleet.process('experiment').output.split('\n');
    const said = lines.filter((line) => line.startsWith('telemetry has a problem'));
    expect(said.length).toBeGreaterThanOrEqual(1);
    expect(said.length).toBeLessThanOrEqual(5);
  });
});
