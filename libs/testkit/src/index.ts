export { type TestInfra, useInfra } from './infra';
