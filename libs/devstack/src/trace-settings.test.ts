import { inStopOrder, keepsOwnTraces, traceSettings } from './trace-settings';

const FLEET = ['serving', 'monitoring'];

describe('the traces of a stack', () => {
  it('go to its own monitoring service, unless somebody named another place or wants none', () => {
    expect(keepsOwnTraces({}, FLEET)).toBe(true);
    expect(keepsOwnTraces({}, ['serving'])).toBe(false);
    expect(keepsOwnTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, FLEET)).toBe(false);
    expect(keepsOwnTraces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }, FLEET)).toBe(
      false,
    );
    expect(keepsOwnTraces({ OTEL_TRACES_EXPORTER: 'none' }, FLEET)).toBe(false);
  });

  it('are a share of all, as large as somebody wants it, and all where they go into a file too', () => {
    const share = (env: NodeJS.ProcessEnv) => traceSettings('serving', 7_307, env).OTEL_TRACES_SAMPLER_ARG;
    expect(share({})).toBe('0.05');
    expect(share({ OTEL_TRACES_SAMPLER_ARG: '0.5' })).toBe('0.5');
    expect(share({ ATTUNE_TRACE_FILE: '/tmp/spans' })).toBeUndefined();
  });

  it('are received by one service and sent by all, and nothing but traces is', () => {
    expect(traceSettings('serving', 7_307, {})).toEqual({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:7307/v1/traces',
      OTEL_BSP_SCHEDULE_DELAY: '1000',
      OTEL_TRACES_SAMPLER_ARG: '0.05',
    });
    expect(traceSettings('monitoring', 7_307, {}).ATTUNE_MONITORING_OTLP_PORT).toBe('7307');
  });

  it('are received until all who send them have stopped', () => {
    const names = ['feature-store', 'monitoring', 'serving'].map((name) => ({ name }));
    expect(inStopOrder(names).map(({ name }) => name)).toEqual(['serving', 'feature-store', 'monitoring']);
  });
});
