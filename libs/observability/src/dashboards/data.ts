import { type Dashboard, perSecond, quantile } from './dashboard';

const GROUP = ['messaging_consumer_group_name', 'messaging_destination_name'];
const GROUP_LEGEND = '{{messaging_consumer_group_name}} of {{messaging_destination_name}}';

/** What comes in, how soon it counts, and the stores below. */
export const DATA_PAGE: Dashboard = {
  uid: 'data',
  title: 'event log and data',
  description: 'Interactions, the event log and its consumers, PostgreSQL and Redis.',
  panels: [
    {
      title: 'Interactions by what became of them',
      description: 'Rejected and quarantined ones come from a producer that is wrong.',
      unit: 'reqps',
      queries: [
        {
          expr: perSecond('attune_interactions_answered_total', ['status'], 'service="feature-store"'),
          legend: '{{status}}',
        },
      ],
    },
    {
      title: 'Visible after, p99',
      description:
        'From an append until a group has handled it, those that catch up left out. The promise is a second.',
      unit: 's',
      queries: [
        {
          expr: quantile(
            0.99,
            'attune_event_log_visible_after',
            GROUP,
            'service=~"$service",attune_catching_up="false"',
          ),
          legend: GROUP_LEGEND,
        },
      ],
    },
    {
      title: 'Lag',
      description: 'Events that a group has still to handle.',
      unit: 'short',
      queries: [
        { expr: `max by (${GROUP.join(', ')}) (attune_event_log_lag{service=~"$service"})`, legend: GROUP_LEGEND },
      ],
    },
    {
      title: 'Events handled',
      description: 'By group, every attempt counted.',
      unit: 'short',
      queries: [{ expr: perSecond('messaging_client_consumed_messages_total', GROUP), legend: GROUP_LEGEND }],
    },
    {
      title: 'Failed attempts at batches',
      description: 'By group and error code; most are tried again.',
      unit: 'short',
      queries: [
        {
          expr: perSecond(
            'messaging_process_duration_count',
            [...GROUP, 'error_type'],
            'service=~"$service",error_type!=""',
          ),
          legend: `${GROUP_LEGEND}: {{error_type}}`,
        },
      ],
    },
    {
      title: 'Appends',
      description: 'Records a second by topic; failed ones by error code.',
      unit: 'short',
      queries: [
        {
          expr: perSecond('messaging_client_sent_messages_total', ['messaging_destination_name', 'error_type']),
          legend: '{{messaging_destination_name}} {{error_type}}',
        },
      ],
    },
    {
      title: 'Dead letters and restarted consumers',
      description: 'In the last hour.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (${GROUP.join(', ')}) (increase(attune_event_log_dead_letters_total[1h]))`,
          legend: `dead: ${GROUP_LEGEND}`,
        },
        {
          expr: `sum by (${GROUP.join(', ')}) (increase(attune_event_log_restarts_total[1h]))`,
          legend: `restarted: ${GROUP_LEGEND}`,
        },
      ],
    },
    {
      title: 'Duration of statements and commands, p99',
      description: 'PostgreSQL and Redis, within calls, jobs and batches.',
      unit: 's',
      queries: [
        {
          expr: quantile(0.99, 'db_client_operation_duration', ['service', 'db_system_name']),
          legend: '{{service}} {{db_system_name}}',
        },
      ],
    },
    {
      title: 'Who waits for a connection to PostgreSQL',
      description: 'More than none for long: the pool is too small, or statements are too slow.',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (service, instance) (db_client_connection_pending_requests{service=~"$service"})',
          legend: '{{service}} {{instance}}',
        },
      ],
    },
    {
      title: 'Out of the ordinary in the incoming data',
      description: 'Findings in the last hour, by measure.',
      unit: 'short',
      queries: [
        { expr: 'sum by (measure) (increase(attune_data_quality_anomalies_total[1h]))', legend: '{{measure}}' },
      ],
    },
  ],
};
