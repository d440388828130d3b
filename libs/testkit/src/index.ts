export { anId, anInteraction, anItem, aUser } from './builders';
export { type CuttableProxy, openCuttableProxy } from './cuttable-proxy';
export { freePorts } from './free-ports';
export { settingsOf, type TestInfra, useInfra } from './infra';
export { seededRandom } from './seeded-random';
export { type TracePlaces, tracesOf } from './traces-of';
export { until } from './until';
