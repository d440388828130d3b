/** Who may import whom: the picture in CONTRIBUTING.md, kept true by `npm test`. */
const EDGES = ['grpc', 'events', 'storage', 'jobs'];
const service = 'services/([^/]+)/src';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle hides which of two files knows the other.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-is-pure',
      comment:
        'The rules of a service open nothing: no clock, no connection, no other layer, no generated type. Numeric libraries count as rules.',
      severity: 'error',
      from: { path: `^${service}/domain/`, pathNot: '\\.test\\.ts$' },
      to: {
        path: `^(${service}/(?!domain/)|libs/)|^(node:)?(fs|net|http|http2|dns|child_process|timers|worker_threads)$`,
        pathNot:
          '^libs/(errors|kernels|onnx|interactions|evaluation|nn|recommenders|shapley|statistics|bandits|experiments|decision-ids|drift)/',
      },
    },
    {
      name: 'use-cases-know-ports-only',
      comment: 'A use case speaks to the outside through ports.ts.',
      severity: 'error',
      from: { path: `^${service}/(use-cases|pipeline)/`, pathNot: '\\.test\\.ts$' },
      to: {
        path: `^${service}/(grpc|events|storage|jobs)/|^libs/(contracts|grpc|postgres|redis|event-log|object-store|jobs)/`,
      },
    },
    ...EDGES.map((edge) => ({
      name: `${edge}-imports-no-other-edge`,
      comment: 'What two edges share belongs to the domain or to a use case.',
      severity: 'error',
      from: { path: `^${service}/${edge}/`, pathNot: '\\.test\\.ts$' },
      to: { path: `^${service}/(${EDGES.filter((other) => other !== edge).join('|')})/` },
    })),
    {
      name: 'services-do-not-import-services',
      comment: 'A service calls another one through its contract, or listens.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/([^/]+)/', pathNot: '^services/$1/' },
    },
    {
      name: 'libs-do-not-import-services',
      severity: 'error',
      comment: 'Libraries are below services.',
      from: { path: '^libs/' },
      to: { path: '^services/' },
    },
    {
      name: 'kafkajs-only-in-its-adapter',
      comment: 'kafkajs has no maintainer: everything else speaks to the EventLog port.',
      severity: 'error',
      from: { pathNot: '^libs/event-log/src/kafka/' },
      to: { path: 'node_modules/kafkajs/' },
    },
    {
      name: 'no-imports-around-an-index',
      comment: 'Packages export "." alone.',
      severity: 'error',
      from: { path: '^(libs|services)/([^/]+)/' },
      to: { path: '^(libs|services)/([^/]+)/(src|dist)/(?!index\\.ts$)', pathNot: '^$1/$2/|^libs/contracts/src/gen/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/|src/gen/' },
    exclude: { path: '/dist/|\\.turbo|/assembly/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['attune-source', 'types', 'node', 'require', 'default'],
    },
  },
};
