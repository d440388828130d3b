import { ALERT_GROUPS } from './alerts';
import { burnAlerts, sharesOf } from './burn-rates';
import { type Dashboard, grafanaOf } from './dashboards/dashboard';
import { DATA_PAGE } from './dashboards/data';
import { FLEET } from './dashboards/fleet';
import { MODELS_PAGE } from './dashboards/models';
import { SERVING_PAGE } from './dashboards/serving';
import { TRAINING_PAGE } from './dashboards/training';
import type { Objective } from './objective';
import { OBJECTIVES } from './objectives';
import type { RuleGroup } from './rule';
import { type YamlValue, yamlOf } from './yaml';

/** Every group of rules, by the file that holds it. */
export const RULE_FILES: Readonly<Record<string, readonly RuleGroup[]>> = {
  ...Object.fromEntries(servicesOf(OBJECTIVES).map((service) => [`objectives-${service}.yaml`, groupsOf(service)])),
  'burn-rates.yaml': [burnAlerts(OBJECTIVES)],
  'alerts.yaml': ALERT_GROUPS,
};

function servicesOf(objectives: readonly Objective[]): readonly string[] {
  return [...new Set(objectives.map(({ service }) => service))];
}

function groupsOf(service: string): readonly RuleGroup[] {
  return OBJECTIVES.filter((objective) => objective.service === service).map(sharesOf);
}

/** The pages for Grafana. */
export const DASHBOARDS: readonly Dashboard[] = [FLEET, SERVING_PAGE, DATA_PAGE, MODELS_PAGE, TRAINING_PAGE];

const MADE =
  '# Made from libs/observability/src by its test: ATTUNE_TEST_WRITE_DEPLOY=1 npm test -- libs/observability/src/deploy-files\n';

/** The files below `deploy/` that are made from what is declared here, with their contents. */
export function deployFiles(): Readonly<Record<string, string>> {
  const rules = Object.entries(RULE_FILES).map(([name, groups]) => [
    `prometheus/rules/${name}`,
    `${MADE}${yamlOf({ groups } as unknown as YamlValue)}`,
  ]);
  const pages = DASHBOARDS.map((dashboard) => [
    `grafana/${dashboard.uid}.json`,
    `${JSON.stringify(grafanaOf(dashboard), null, 2)}\n`,
  ]);
  return Object.fromEntries([...rules, ...pages]);
}
