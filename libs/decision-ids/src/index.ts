export { decidedAtMs, decisionIdAt } from './decision-id';
