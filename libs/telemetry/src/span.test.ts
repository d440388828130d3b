import { context, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { withSpan } from './span';

const IDS = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const around = (traceFlags: TraceFlags) => trace.wrapSpanContext({ ...IDS, traceFlags });
const within = <T>(traceFlags: TraceFlags, run: () => Promise<T>) =>
  context.with(trace.setSpan(context.active(), around(traceFlags)), run);

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider({ sampler: new AlwaysOnSampler() }));
});

afterAll(() => {
  trace.disable();
  context.disable();
});

describe('withSpan', () => {
  it('runs a step of a trace that is not recorded in the span around it', async () => {
    const ids = await within(TraceFlags.NONE, () => withSpan('step', {}, async (span) => span.spanContext()));
    expect(ids).toMatchObject(IDS);
  });

  it('gives a step of a recorded trace a span of its own, in the same trace', async () => {
    const ids = await within(TraceFlags.SAMPLED, () => withSpan('step', {}, async (span) => span.spanContext()));
    expect(ids.traceId).toBe(IDS.traceId);
    expect(ids.spanId).not.toBe(IDS.spanId);
  });

  it.each([TraceFlags.NONE, TraceFlags.SAMPLED])(
    'rejects where a step throws before it waits (flags %s)',
    async (flags) => {
      const step = () => {
        throw new Error('at once');
      };
      await expect(within(flags, () => withSpan('step', {}, step))).rejects.toThrow('at once');
    },
  );
});
