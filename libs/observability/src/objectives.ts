import { availability, freshness, latency, type Objective, quality } from './objective';

/** What every service promises (docs/operations.md has the same as a table; a test holds the two equal). */
export const OBJECTIVES: readonly Objective[] = [
  availability('serving', 0.9995),
  latency({
    service: 'serving',
    target: 0.99,
    methods: ['Recommend', 'Predict', 'SimilarItems'],
    withinSeconds: 0.1,
  }),
  quality(0.99),
  freshness('serving', 0.99, 1),
  availability('feature-store', 0.999),
  latency({
    service: 'feature-store',
    target: 0.99,
    methods: ['RecordInteractions', 'GetFeatures', 'GetFeatureMatrix', 'GetRelations'],
    withinSeconds: 0.1,
  }),
  freshness('feature-store', 0.99, 1),
  availability('bandit', 0.999),
  latency({ service: 'bandit', target: 0.99, methods: ['SelectArm', 'RecordReward'], withinSeconds: 0.05 }),
  freshness('bandit', 0.99, 5),
  availability('experiment', 0.999),
  latency({ service: 'experiment', target: 0.99, methods: ['Assign'], withinSeconds: 0.05 }),
  freshness('experiment', 0.99, 5),
  availability('embedding', 0.995),
  latency({
    service: 'embedding',
    target: 0.95,
    methods: ['EmbedText', 'Similarity', 'FindSimilar'],
    withinSeconds: 0.5,
  }),
  availability('training', 0.995),
  latency({
    service: 'training',
    target: 0.95,
    methods: ['GetRun', 'ListRuns', 'ListModels', 'ListModelVersions', 'GetProductionHistory', 'PromoteModel'],
    withinSeconds: 1,
  }),
  freshness('training', 0.95, 10),
  availability('monitoring', 0.995),
  latency({
    service: 'monitoring',
    target: 0.95,
    methods: ['GetModelHealth', 'GetFleetHealth', 'ListAlerts', 'GetTimeSeries'],
    withinSeconds: 1,
  }),
  freshness('monitoring', 0.95, 10),
];
