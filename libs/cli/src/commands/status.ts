import { SERVICES, type ServiceName } from '@attune/contracts';
import { checkHealth, readRunningStack } from '@attune/devstack';
import { toAppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';

/** `attune status`: how the fleet is and what it holds. */
export const registerStatus: RegisterCommand = (program, run) => {
  program
    .command('status')
    .description('health and address of every service, what the store holds, which models serve')
    .action(run(status));
};

async function status(context: CliContext): Promise<void> {
  const names = Object.keys(SERVICES) as ServiceName[];
  const metricsOf = readRunningStack(context.root)?.metrics ?? {};
  const services = await Promise.all(
    names.map(async (name) => {
      const address = context.address(name);
      const health = await checkHealth(address).catch(() => 'UNREACHABLE');
      return { name, address, health, metrics: metricsOf[name] };
    }),
  );
  const store = await orProblem(() => context.client('feature-store').getStoreStats({}));
  const serving = await orProblem(() => context.client('serving').getServingState({}));
  const models = serving.value?.models.map(({ ref, stage, userCount, itemCount, callCount, learnedTo }) => ({
    name: ref?.name ?? '',
    version: ref?.version ?? '',
    stage,
    userCount,
    itemCount,
    callCount,
    learnedTo,
  }));
  const isHealthy = services.every((service) => service.health === 'SERVING');
  if (!isHealthy) context.failed = true;
  const report = { isHealthy, services, store: store.value, models, refused: serving.value?.refused ?? [] };
  context.output.result(report, () => [
    ...table(
      ['service', 'address', 'health', 'metrics'],
      services.map(({ name, address, health, metrics }) => [
        name,
        address,
        health,
        metrics === undefined ? '' : `http://${metrics}/metrics`,
      ]),
    ),
    '',
    store.value === undefined
      ? `Store: ${store.problem}`
      : `Store: ${store.value.userCount} users, ${store.value.itemCount} items, ${store.value.followCount} follows, ` +
        `${store.value.interactionCount} interactions (${store.value.pendingCount} on their way), ` +
        `${store.value.decisionCount} decisions`,
    models === undefined
      ? `Models: ${serving.problem}`
      : `Models: ${models.map(modelWords).join(', ') || 'none in production: scripts/attune train'}`,
    ...(serving.value?.refused ?? []).map(
      ({ ref, problem }) => `Refused: ${ref?.name} v${ref?.version}: ${problem?.message}`,
    ),
  ]);
}

function modelWords(model: {
  readonly name: string;
  readonly version: string;
  readonly stage: string;
  readonly itemCount: number;
  readonly learnedTo: Date | undefined;
}): string {
  const { name, version, stage, itemCount, learnedTo } = model;
  const facts = [
    ...(stage === 'production' ? [] : [stage]),
    // a model of features knows no items
    ...(itemCount === 0 ? [] : [`${itemCount} items`]),
    ...(learnedTo === undefined ? [] : [`learned to ${learnedTo.toISOString().slice(0, 19)}Z`]),
  ];
  return `${name} v${version}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}

async function orProblem<T>(call: () => Promise<T>): Promise<{ value?: T; problem?: string }> {
  try {
    return { value: await call() };
  } catch (error) {
    return { problem: toAppError(error).message };
  }
}
