import { type Dashboard, perSecond, quantile } from './dashboard';

/** What is trained, what waits, and what came of it. */
export const TRAINING_PAGE: Dashboard = {
  uid: 'training',
  title: 'training',
  description: 'Runs, learning cycles, incremental updates and the queues that they wait in.',
  panels: [
    {
      title: 'Runs that ended',
      description: 'In the last day, by model and how they ended.',
      unit: 'short',
      queries: [
        { expr: 'sum by (model, state) (increase(attune_training_runs_total[1d]))', legend: '{{model}} {{state}}' },
      ],
    },
    {
      title: 'Learning cycles',
      description: 'Stages that were entered in the last day, by model.',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (model, stage) (increase(attune_training_learning_cycles_total[1d]))',
          legend: '{{model}} {{stage}}',
        },
      ],
    },
    {
      title: 'Jobs by queue and state',
      description: 'Waiting jobs without an active one: no worker takes them.',
      unit: 'short',
      queries: [
        {
          expr: 'max by (attune_queue, attune_state) (attune_jobs_depth)',
          legend: '{{attune_queue}} {{attune_state}}',
        },
      ],
    },
    {
      title: 'Duration of jobs, p95',
      description: 'One run of a job, by queue.',
      unit: 's',
      queries: [{ expr: quantile(0.95, 'attune_jobs_duration', ['attune_queue']), legend: '{{attune_queue}}' }],
    },
    {
      title: 'Jobs that failed',
      description: 'Runs by queue and error code; most are tried again.',
      unit: 'short',
      queries: [
        {
          expr: perSecond(
            'attune_jobs_duration_count',
            ['attune_queue', 'error_type'],
            'service=~"$service",error_type!=""',
          ),
          legend: '{{attune_queue}} {{error_type}}',
        },
      ],
    },
    {
      title: 'Factors that were learned between trainings',
      description: 'Rows a second that were published, by side.',
      unit: 'short',
      queries: [
        { expr: perSecond('attune_training_factor_rows_total', ['side'], 'service="training"'), legend: '{{side}}' },
      ],
    },
  ],
};
