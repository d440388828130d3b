import { type Dashboard, perSecond, quantile } from './dashboard';

const FAILED = 'service=~"$service",error_type!=""';

/** Begin here: what is promised, what is kept, what is alive. */
export const FLEET: Dashboard = {
  uid: 'fleet',
  title: 'fleet',
  description: 'Objectives, calls and processes of every service. Begin here.',
  panels: [
    {
      title: 'Instances that answer',
      description: 'Zero of a service: nobody is served by it.',
      unit: 'short',
      isNumber: true,
      queries: [{ expr: 'sum by (service) (up{job="attune",service=~"$service"})', legend: '{{service}}' }],
    },
    {
      title: 'Alerts that fire',
      description: 'Pages and tickets by name; each has a runbook in docs/runbooks.',
      unit: 'short',
      isNumber: true,
      queries: [
        { expr: 'count by (alertname, severity) (ALERTS{alertstate="firing"})', legend: '{{severity}} {{alertname}}' },
      ],
    },
    {
      title: 'Burn rate of budgets, 1 h',
      description:
        'How many times faster than allowed the budget of an objective is used up. Above 14.4 somebody is woken.',
      unit: 'short',
      queries: [
        {
          expr: 'slo:bad:ratio_rate1h{service=~"$service"} / on (service, slo) slo:budget:ratio{service=~"$service"}',
          legend: '{{service}} {{slo}}',
        },
      ],
    },
    {
      title: 'Burn rate of budgets, 3 days',
      description: 'Above 1 the budget of 30 days will not last.',
      unit: 'short',
      queries: [
        {
          expr: 'slo:bad:ratio_rate3d{service=~"$service"} / on (service, slo) slo:budget:ratio{service=~"$service"}',
          legend: '{{service}} {{slo}}',
        },
      ],
    },
    {
      title: 'Calls',
      description: 'Calls a second by service.',
      unit: 'reqps',
      queries: [{ expr: perSecond('rpc_server_call_duration_count', ['service']), legend: '{{service}}' }],
    },
    {
      title: 'Failed calls',
      description: 'Calls a second that the server failed, by service and status.',
      unit: 'reqps',
      queries: [
        {
          expr: perSecond('rpc_server_call_duration_count', ['service', 'rpc_response_status_code'], FAILED),
          legend: '{{service}} {{rpc_response_status_code}}',
        },
      ],
    },
    {
      title: 'Duration of calls, p99',
      description: 'Of answers and failures together.',
      unit: 's',
      queries: [{ expr: quantile(0.99, 'rpc_server_call_duration', ['service']), legend: '{{service}}' }],
    },
    {
      title: 'Calls that were refused for want of room',
      description: 'A server that cannot answer in time refuses; callers may try elsewhere.',
      unit: 'reqps',
      queries: [
        {
          expr: perSecond('attune_grpc_refusals_total', ['service', 'attune_refused']),
          legend: '{{service}} {{attune_refused}}',
        },
      ],
    },
    {
      title: 'Processor time',
      description: 'Cores that a process uses. One core on the event loop is all it can have there.',
      unit: 'short',
      queries: [
        { expr: perSecond('process_cpu_time_total', ['service', 'instance']), legend: '{{service}} {{instance}}' },
      ],
    },
    {
      title: 'Delay of the event loop, p99',
      description: 'Above 0.25 s everything in the process is late: calls, health checks, leases.',
      unit: 's',
      queries: [{ expr: 'nodejs_eventloop_delay_p99{service=~"$service"}', legend: '{{service}} {{instance}}' }],
    },
    {
      title: 'Memory of processes',
      description: 'Resident memory; serving holds its models here.',
      unit: 'bytes',
      queries: [{ expr: 'process_memory_usage{service=~"$service"}', legend: '{{service}} {{instance}}' }],
    },
    {
      title: 'Share of the heap in use',
      description: 'At 100 % the process dies.',
      unit: 'percentunit',
      queries: [
        {
          expr: 'sum by (service, instance) (v8js_memory_heap_used{service=~"$service"}) / on (service, instance) max by (service, instance) (attune_heap_size_limit{service=~"$service"})',
          legend: '{{service}} {{instance}}',
        },
      ],
    },
    {
      title: 'Garbage collection',
      description: 'Share of time that collections take, by kind.',
      unit: 'percentunit',
      queries: [
        {
          expr: perSecond('v8js_gc_duration_sum', ['service', 'v8js_gc_type']),
          legend: '{{service}} {{v8js_gc_type}}',
        },
      ],
    },
    {
      title: 'Spans that were dropped or could not be sent',
      description: 'The collector is away, or too much is traced. Requests do not notice.',
      unit: 'short',
      queries: [
        {
          expr: perSecond('otel_sdk_processor_span_processed_total', ['service', 'error_type'], FAILED),
          legend: '{{service}} {{error_type}}',
        },
      ],
    },
  ],
};
