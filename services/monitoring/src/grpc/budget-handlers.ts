import type { monitoring as wire } from '@attune/contracts';
import { type Handlers, validate } from '@attune/grpc';
import { type Budget, type Limit, RESOURCES, type Resource } from '../domain/budget/budget';
import type { makeListBudgets } from '../use-cases/list-budgets';
import type { makeSetBudget } from '../use-cases/set-budget';

const USUAL_WARN_SHARE = 0.8;
const SUBJECT = /^(service|model):.+$/;

/** Handlers of the RPCs about budgets. */
export function makeBudgetHandlers(use: {
  readonly setBudget: ReturnType<typeof makeSetBudget>;
  readonly listBudgets: ReturnType<typeof makeListBudgets>;
}): Pick<Handlers<wire.MonitoringServiceServer>, 'setBudget' | 'listBudgets'> {
  return {
    setBudget: async ({ budget, actor }) => ({ budget: toBudget(await use.setBudget(limitOf(budget), actor)) }),
    listBudgets: async ({ subject }) => ({ budgets: (await use.listBudgets(subject)).map(toBudget) }),
  };
}

function limitOf(budget: wire.Budget | undefined): Limit {
  const { subject = '', resource = '', limit = 0, warnShare = 0 } = budget ?? {};
  const v = validate();
  v.check('budget', budget === undefined, 'is missing');
  if (v.id('budget.subject', subject)) {
    v.check('budget.subject', !SUBJECT.test(subject), 'must be `service:<name>` or `model:<name>`');
  }
  v.oneOf('budget.resource', resource, RESOURCES);
  v.finite('budget.limit', limit, { min: 0 });
  v.finite('budget.warn_share', warnShare, { min: 0, max: 1 });
  v.throwIfAny();
  return { subject, resource: resource as Resource, limit, warnShare: warnShare === 0 ? USUAL_WARN_SHARE : warnShare };
}

function toBudget(budget: Budget): wire.Budget {
  return { ...budget };
}
