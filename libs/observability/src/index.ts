export { DASHBOARDS, deployFiles, RULE_FILES } from './deploy-files';
export type { Objective, ObjectiveKind } from './objective';
export { OBJECTIVES } from './objectives';
