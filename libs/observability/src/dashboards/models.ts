import { type Dashboard, perSecond } from './dashboard';

const SERVING = 'service="serving"';

/** Models in service, and the bandit and experiments that choose among them. */
export const MODELS_PAGE: Dashboard = {
  uid: 'models',
  title: 'models and quality',
  description:
    'Models in service, shadows and canaries, choices of the bandit, exposures. Drift and quality over time: scripts/attune health.',
  panels: [
    {
      title: 'Predictions by model',
      description: 'Those with a problem were left out of a slate.',
      unit: 'reqps',
      queries: [
        {
          expr: perSecond('attune_serving_predictions_total', ['model', 'outcome'], SERVING),
          legend: '{{model}} {{outcome}}',
        },
      ],
    },
    {
      title: 'Artifacts loaded and refused',
      description: 'In the last hour.',
      unit: 'short',
      queries: [
        {
          expr: 'sum by (model, outcome, code) (increase(attune_serving_model_loads_total[1h]))',
          legend: '{{model}} {{outcome}} {{code}}',
        },
      ],
    },
    {
      title: 'Answers of shadows',
      description: 'By model and error code; a shadow that fails is not fit for service.',
      unit: 'reqps',
      queries: [
        {
          expr: perSecond('attune_serving_shadow_answers_total', ['model', 'code'], SERVING),
          legend: '{{model}} {{code}}',
        },
      ],
    },
    {
      title: 'Canaries taken back',
      description: 'In the last day.',
      unit: 'short',
      isNumber: true,
      queries: [{ expr: 'sum by (model) (increase(attune_serving_canary_rollbacks_total[1d]))', legend: '{{model}}' }],
    },
    {
      title: 'Workers replaced',
      description: 'In the last hour.',
      unit: 'short',
      queries: [
        { expr: 'sum by (model) (increase(attune_serving_worker_replacements_total[1h]))', legend: '{{model}}' },
      ],
    },
    {
      title: 'Choices of the bandit',
      description: 'By policy and arm.',
      unit: 'reqps',
      queries: [
        {
          expr: perSecond('attune_bandit_selections_total', ['policy', 'arm'], 'service="bandit"'),
          legend: '{{policy}} {{arm}}',
        },
      ],
    },
    {
      title: 'Outcomes that the bandit learned of',
      description: 'Rewards and hits of guardrails by policy.',
      unit: 'reqps',
      queries: [
        {
          expr: perSecond('attune_bandit_outcomes_total', ['policy', 'kind'], 'service="bandit"'),
          legend: '{{policy}} {{kind}}',
        },
      ],
    },
    {
      title: 'Assignments of experiments',
      description: 'Units that were given their variants.',
      unit: 'reqps',
      queries: [
        {
          expr: perSecond('attune_experiment_assignments_total', ['exposed'], 'service="experiment"'),
          legend: 'exposed: {{exposed}}',
        },
      ],
    },
  ],
};
