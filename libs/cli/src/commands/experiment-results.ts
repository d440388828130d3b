import { experiment } from '@attune/contracts';
import { type Command, Option } from 'commander';
import type { RunAction } from '../command';
import type { CliContext } from '../context';
import { changeTable, experimentLines, experimentTable, resultLines } from '../experiment/fleet-lines';
import { table } from '../output';
import { finiteNumber, wholeNumber, words } from '../parse';
import { attribute } from './experiment-changes';

/** Adds the verbs that look at experiments of the fleet. */
export function addExperimentResults(group: Command, run: RunAction): void {
  addList(group, run);
  addShow(group, run);
  addResults(group, run);
  addMetrics(group, run);
  addPlan(group, run);
  addAssign(group, run);
}

function addList(group: Command, run: RunAction): void {
  group
    .command('list')
    .description('experiments, newest first')
    .addOption(new Option('--state <state>', 'only these').choices(['draft', 'running', 'paused', 'stopped']))
    .action(
      run(async (context: CliContext, { state = 'unspecified' }: { readonly state?: string }) => {
        const wanted = experiment.experimentStateFromJSON(`EXPERIMENT_STATE_${state.toUpperCase()}`);
        const request = experiment.ListExperimentsRequest.fromPartial({ state: wanted, pageSize: 1_000 });
        const { experiments } = await context.client('experiment').listExperiments(request);
        context.output.result({ experiments: experiments.map((one) => experiment.Experiment.toJSON(one)) }, () =>
          experimentTable(experiments),
        );
      }),
    );
}

function addShow(group: Command, run: RunAction): void {
  group
    .command('show')
    .argument('<id>')
    .description('one experiment in full')
    .action(
      run(async (context: CliContext, experimentId: string) => {
        const { experiment: one } = await context.client('experiment').getExperiment({ experimentId });
        context.output.result({ experiment: experiment.Experiment.toJSON(one!) }, () => experimentLines(one!));
      }),
    );
  group
    .command('history')
    .argument('<id>')
    .description('what happened to an experiment, newest first, by whom and why')
    .action(
      run(async (context: CliContext, experimentId: string) => {
        const request = { experimentId, pageSize: 1_000, pageToken: '' };
        const { changes } = await context.client('experiment').listExperimentChanges(request);
        context.output.result({ changes: changes.map((one) => experiment.ExperimentChange.toJSON(one)) }, () =>
          changeTable(changes),
        );
      }),
    );
}

interface ResultsOptions {
  readonly by?: string;
  readonly days?: boolean;
}

function addResults(group: Command, run: RunAction): void {
  group
    .command('results')
    .argument('<id>')
    .description('what came of an experiment so far, and what to do')
    .option('--by <attribute>', 'also by this attribute of the units, for instance surface')
    .option('--days', 'also by day')
    .action(
      run(async (context: CliContext, experimentId: string, { by = '', days = false }: ResultsOptions) => {
        const request = { experimentId, segmentBy: by, byDay: days };
        const found = await context.client('experiment').getResults(request, { deadlineMs: 60_000 });
        context.output.result(experiment.GetResultsResponse.toJSON(found), () => resultLines(found));
      }),
    );
}

function addMetrics(group: Command, run: RunAction): void {
  group
    .command('metrics')
    .description('what experiments can be measured by')
    .action(
      run(async (context: CliContext) => {
        const { metrics } = await context.client('experiment').listMetrics({});
        context.output.result({ metrics: metrics.map((one) => experiment.Metric.toJSON(one)) }, () =>
          table(
            ['metric', 'kind', 'better', 'what it says'],
            metrics.map((one) => [one.name, one.kind, one.higherIsBetter ? 'more' : 'less', one.description]),
          ),
        );
      }),
    );
}

interface PlanOptions {
  readonly mean: number;
  readonly deviation: number;
  readonly lift: number;
  readonly unitsPerDay: number;
  readonly power: number;
  readonly significance: number;
  readonly variants: number;
}

function addPlan(group: Command, run: RunAction): void {
  group
    .command('plan')
    .description('how many units and days an experiment needs')
    .requiredOption('--mean <value>', 'of the metric now', finiteNumber)
    .option('--deviation <value>', 'of single units; 0 for a share', finiteNumber, 0)
    .requiredOption('--lift <share>', 'the smallest one worth finding, 0.05 for 5 %', finiteNumber)
    .requiredOption('--units-per-day <n>', 'that are eligible', finiteNumber)
    .option('--power <share>', 'the chance to find it', finiteNumber, 0.8)
    .option('--significance <share>', 'the chance of a false alarm', finiteNumber, 0.05)
    .option('--variants <n>', 'the control included', wholeNumber(2), 2)
    .action(
      run(async (context: CliContext, options: PlanOptions) => {
        const plan = await context.client('experiment').planExperiment({
          baselineMean: options.mean,
          baselineStandardDeviation: options.deviation,
          minimumRelativeLift: options.lift,
          unitsPerDay: options.unitsPerDay,
          ...{ power: options.power, significance: options.significance, variantCount: options.variants },
        });
        context.output.result(experiment.PlanExperimentResponse.toJSON(plan), () => [
          `${plan.unitsPerVariant} units per variant: ${plan.days} days to one look at the end,`,
          `or ${plan.sequentialDays} days where it may be looked at any time.`,
        ]);
      }),
    );
}

interface AssignOptions {
  readonly unit: string;
  readonly attribute?: Readonly<Record<string, string>>;
  readonly experiments?: readonly string[];
  readonly exposed?: true;
}

function addAssign(group: Command, run: RunAction): void {
  group
    .command('assign')
    .description('which variants a unit is in')
    .requiredOption('--unit <id>', 'mostly a user')
    .option('--attribute <name=value>', 'what targeting looks at', attribute)
    .option('--experiments <ids>', 'only these', words)
    .option('--exposed', 'the unit really sees them: log an exposure')
    .action(
      run(async (context: CliContext, options: AssignOptions) => {
        const { assignments } = await context.client('experiment').assign({
          unitId: options.unit,
          attributes: { ...options.attribute },
          experimentIds: [...(options.experiments ?? [])],
          logExposure: options.exposed ?? false,
        });
        context.output.result({ assignments: assignments.map((one) => experiment.Assignment.toJSON(one)) }, () =>
          assignments.length === 0
            ? ['The unit is in no experiment.']
            : table(
                ['experiment', 'variant', 'parameters'],
                assignments.map(({ experimentId, variant, parameters }) => [
                  ...[experimentId, variant],
                  Object.entries(parameters)
                    .map(([name, value]) => `${name}=${value}`)
                    .join(' '),
                ]),
              ),
        );
      }),
    );
}
