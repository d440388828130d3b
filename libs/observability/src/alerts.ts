import { type AlertRule, type AlertSeverity, type RuleGroup, runbook } from './rule';

interface Alert {
  readonly name: string;
  readonly severity: AlertSeverity;
  readonly expr: string;
  readonly for?: string;
  readonly summary: string;
  /** The file below docs/runbooks, without its ending. */
  readonly runbook: string;
}

const GROUP_AND_TOPIC = 'service, messaging_consumer_group_name, messaging_destination_name';
const LAG = `max by (${GROUP_AND_TOPIC}) (attune_event_log_lag)`;
const LAG_BEFORE = `max by (${GROUP_AND_TOPIC}) (attune_event_log_lag offset 30m)`;

const SERVICES: readonly Alert[] = [
  {
    name: 'ServiceDown',
    severity: 'page',
    expr: 'max by (service) (up{job="attune"}) == 0',
    for: '2m',
    summary: 'No instance of {{ $labels.service }} answers.',
    runbook: 'service-down',
  },
  {
    name: 'InstanceDown',
    severity: 'ticket',
    expr: 'up{job="attune"} == 0',
    for: '15m',
    summary: '{{ $labels.instance }} of {{ $labels.service }} has not answered for 15 minutes.',
    runbook: 'service-down',
  },
  {
    name: 'NothingIsWatched',
    severity: 'page',
    expr: 'absent(up{job="attune"})',
    for: '5m',
    summary: 'Prometheus reads the metrics of no service at all: no other alert can fire.',
    runbook: 'nothing-is-watched',
  },
  {
    name: 'EventLoopBlocked',
    severity: 'ticket',
    expr: 'nodejs_eventloop_delay_p99 > 0.25',
    for: '5m',
    summary:
      'The event loop of {{ $labels.service }} {{ $labels.instance }} is held up: p99 {{ $value | humanizeDuration }}.',
    runbook: 'event-loop-blocked',
  },
  {
    name: 'HeapNearLimit',
    severity: 'page',
    expr: 'sum by (service, instance) (v8js_memory_heap_used) / on (service, instance) max by (service, instance) (attune_heap_size_limit) > 0.9',
    for: '5m',
    summary:
      'The heap of {{ $labels.service }} {{ $labels.instance }} is {{ $value | humanizePercentage }} full: at 100 % the process dies.',
    runbook: 'heap-near-limit',
  },
  {
    name: 'LabelsOverflow',
    severity: 'ticket',
    expr: 'count by (service) ({otel_metric_overflow="true"}) > 0',
    for: '10m',
    summary: '{{ $labels.service }} makes too many series of a metric; what is beyond the limit is summed up.',
    runbook: 'labels-overflow',
  },
  {
    name: 'SpansDropped',
    severity: 'ticket',
    expr: 'sum by (service) (rate(otel_sdk_processor_span_processed_total{error_type!=""}[10m])) > 0',
    for: '15m',
    summary: '{{ $labels.service }} cannot send its spans to the collector and drops them.',
    runbook: 'spans-dropped',
  },
];

const DATA: readonly Alert[] = [
  {
    name: 'ConsumerStuck',
    severity: 'page',
    expr: [
      `${LAG} > 100`,
      `unless on (${GROUP_AND_TOPIC})`,
      `sum by (${GROUP_AND_TOPIC}) (increase(attune_event_log_visible_after_count[10m])) > 0`,
    ].join('\n'),
    for: '5m',
    summary:
      '{{ $labels.messaging_consumer_group_name }} handles nothing of {{ $labels.messaging_destination_name }}, and {{ $value }} events wait.',
    runbook: 'consumer-stuck',
  },
  {
    name: 'ConsumerFallsBehind',
    severity: 'ticket',
    expr: `${LAG} > 10000 and on (${GROUP_AND_TOPIC}) ${LAG} > ${LAG_BEFORE}`,
    for: '30m',
    summary:
      '{{ $labels.messaging_consumer_group_name }} handles {{ $labels.messaging_destination_name }} more slowly than it grows: {{ $value }} events wait.',
    runbook: 'consumer-falls-behind',
  },
  {
    name: 'DeadLetters',
    severity: 'ticket',
    expr: `sum by (${GROUP_AND_TOPIC}) (increase(attune_event_log_dead_letters_total[30m])) > 0`,
    summary:
      '{{ $labels.messaging_consumer_group_name }} put events of {{ $labels.messaging_destination_name }} aside that it cannot handle.',
    runbook: 'dead-letters',
  },
  {
    name: 'DecisionsLost',
    severity: 'page',
    expr: 'sum by (service) (increase(attune_serving_decision_records_total{outcome="lost"}[10m])) > 0',
    for: '2m',
    summary: 'Serving answers slates whose decision records are lost: the event log does not take them.',
    runbook: 'decisions-lost',
  },
  {
    name: 'ChoicesLost',
    severity: 'page',
    expr: 'sum by (service) (increase(attune_bandit_selections_lost_total[10m])) > 0',
    for: '2m',
    summary: 'The bandit answers choices that are not on record: their rewards will teach it nothing.',
    runbook: 'decisions-lost',
  },
  {
    name: 'DatabasePoolExhausted',
    severity: 'page',
    expr: 'sum by (service, instance) (db_client_connection_pending_requests) > 0',
    for: '5m',
    summary: 'Statements of {{ $labels.service }} {{ $labels.instance }} have waited for a connection for 5 minutes.',
    runbook: 'database-pool-exhausted',
  },
  {
    name: 'ErasuresFail',
    severity: 'ticket',
    expr: 'sum by (service) (increase(attune_erasures_failures_total[1h])) > 5',
    for: '10m',
    summary: 'Erasures of users end early again and again: somebody who asked to be forgotten is still there.',
    runbook: 'erasures-fail',
  },
];

const MONITORING: readonly Alert[] = [
  {
    name: 'PeopleNotTold',
    severity: 'page',
    expr: 'sum(increase(attune_monitoring_deliveries_total{outcome=~"failed|given_up"}[15m])) > 0',
    for: '5m',
    summary: 'Monitoring found something and cannot tell anybody: its webhook does not take the message.',
    runbook: 'people-not-told',
  },
  {
    name: 'DetectionStands',
    severity: 'ticket',
    expr: 'sum(increase(attune_monitoring_detection_rounds_total{outcome="done"}[30m])) == 0',
    for: '15m',
    summary: 'No detector has looked at the series for 30 minutes: models are not watched.',
    runbook: 'detection-stands',
  },
];

const LEARNING: readonly Alert[] = [
  {
    name: 'JobsStuck',
    severity: 'ticket',
    expr: 'max by (attune_queue) (attune_jobs_depth{attune_state="waiting"}) > 0 unless on (attune_queue) max by (attune_queue) (max_over_time(attune_jobs_depth{attune_state="active"}[30m])) > 0',
    for: '30m',
    summary: '{{ $value }} jobs wait in the queue {{ $labels.attune_queue }}, and none has run for 30 minutes.',
    runbook: 'jobs-stuck',
  },
  {
    name: 'ModelRefused',
    severity: 'ticket',
    expr: 'sum by (model) (increase(attune_serving_model_loads_total{outcome="refused"}[30m])) > 0',
    summary: 'Serving refused an artifact of {{ $labels.model }}; the version before it goes on.',
    runbook: 'model-refused',
  },
  {
    name: 'CanaryRolledBack',
    severity: 'ticket',
    expr: 'sum by (model) (increase(attune_serving_canary_rollbacks_total[30m])) > 0',
    summary: 'A canary of {{ $labels.model }} breached a guardrail and was taken back.',
    runbook: 'canary-rolled-back',
  },
  {
    name: 'WorkersDie',
    severity: 'ticket',
    expr: 'sum by (service, model) (increase(attune_serving_worker_replacements_total[30m])) > 3',
    summary: 'Workers of {{ $labels.model }} die or hang again and again.',
    runbook: 'workers-die',
  },
];

/** The alerts that are not about an objective. */
export const ALERT_GROUPS: readonly RuleGroup[] = [
  { name: 'attune-services', rules: SERVICES.map(ruleOf) },
  { name: 'attune-data', rules: DATA.map(ruleOf) },
  { name: 'attune-monitoring', rules: MONITORING.map(ruleOf) },
  { name: 'attune-learning', rules: LEARNING.map(ruleOf) },
];

function ruleOf({ name, severity, expr, for: held, summary, runbook: page }: Alert): AlertRule {
  return {
    alert: name,
    expr,
    ...(held === undefined ? {} : { for: held }),
    labels: { severity },
    annotations: { summary, runbook_url: runbook(page) },
  };
}
