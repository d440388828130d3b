import { type Dashboard, perSecond, quantile } from './dashboard';

const SERVING = 'service="serving"';

/** What users get, and from what. */
export const SERVING_PAGE: Dashboard = {
  uid: 'serving',
  title: 'serving',
  description: 'Slates and predictions: how many, how quick, how good, and which part fails.',
  panels: [
    {
      title: 'Slates by strategy',
      description: 'The rules are the last resort: much of them means that no model answers.',
      unit: 'reqps',
      queries: [{ expr: perSecond('attune_serving_slates_total', ['strategy'], SERVING), legend: '{{strategy}}' }],
    },
    {
      title: 'Slates by personalization',
      description: 'Why a slate is not personal: an unknown user, no consent, or a part that failed.',
      unit: 'reqps',
      queries: [
        { expr: perSecond('attune_serving_slates_total', ['personalization'], SERVING), legend: '{{personalization}}' },
      ],
    },
    {
      title: 'Share of degraded slates',
      description: 'A part failed or ran late. The objective allows 1 %.',
      unit: 'percentunit',
      queries: [{ expr: 'slo:bad:ratio_rate5m{service="serving",slo="quality"}', legend: 'degraded' }],
    },
    {
      title: 'Parts that failed or ran late',
      description: 'By stage and error code.',
      unit: 'reqps',
      queries: [
        { expr: perSecond('attune_serving_degraded_total', ['stage', 'code'], SERVING), legend: '{{stage}} {{code}}' },
      ],
    },
    {
      title: 'Duration of Recommend',
      description: 'A dot is one request: it leads to its trace.',
      unit: 's',
      queries: [0.5, 0.95, 0.99].map((q) => ({
        expr: quantile(q, 'rpc_server_call_duration', [], `${SERVING},rpc_method=~".*/Recommend"`),
        legend: `p${q * 100}`,
      })),
    },
    {
      title: 'Duration of what serving asks of others, p99',
      description: 'By RPC of the peer, with whatever was sent again.',
      unit: 's',
      queries: [
        { expr: quantile(0.99, 'rpc_client_call_duration', ['rpc_method'], SERVING), legend: '{{rpc_method}}' },
      ],
    },
    {
      title: 'Calls to others that failed',
      description: 'By RPC and status.',
      unit: 'reqps',
      queries: [
        {
          expr: perSecond('rpc_client_call_duration_count', ['rpc_method', 'error_type'], `${SERVING},error_type!=""`),
          legend: '{{rpc_method}} {{error_type}}',
        },
      ],
    },
    {
      title: 'Calls in progress, and how many may be',
      description: 'The limit falls while the event loop cannot keep up.',
      unit: 'short',
      queries: [
        { expr: 'attune_grpc_running{service="serving"}', legend: 'running {{instance}}' },
        { expr: 'attune_grpc_concurrency_limit{service="serving"}', legend: 'limit {{instance}}' },
      ],
    },
    {
      title: 'Decision records',
      description: 'Lost records cannot be explained, learned from or audited.',
      unit: 'reqps',
      queries: [
        { expr: perSecond('attune_serving_decision_records_total', ['outcome'], SERVING), legend: '{{outcome}}' },
      ],
    },
    {
      title: 'Questions to the bandit',
      description: 'Without an answer the default strategy is used.',
      unit: 'reqps',
      queries: [
        { expr: perSecond('attune_serving_bandit_questions_total', ['outcome'], SERVING), legend: '{{outcome}}' },
      ],
    },
  ],
};
