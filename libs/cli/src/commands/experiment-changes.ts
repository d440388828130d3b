import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { experiment } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type Command, Option } from 'commander';
import type { RunAction } from '../command';
import type { CliContext } from '../context';
import { experimentLines } from '../experiment/fleet-lines';
import { type NewExperimentOptions, newExperiment } from '../experiment/new-experiment';
import { finiteNumber, moment, namedNumber, numbers, wholeNumber, words } from '../parse';

/** Adds the verbs that change experiments of the fleet. */
export function addExperimentChanges(group: Command, run: RunAction): void {
  addCreate(group, run);
  addUpdate(group, run);
  addMove(group, run, 'start', 'start a draft, or go on with a paused one');
  addMove(group, run, 'pause', 'assign nobody until it is started again; everybody keeps the variant');
  addMove(group, run, 'stop', 'stop for good');
}

const listed = (text: string, before: readonly string[] = []) => [...before, text];

function addCreate(group: Command, run: RunAction): void {
  group
    .command('create')
    .argument('<id>', '1 to 64 lower-case letters, digits and dashes')
    .description('create an experiment as a draft')
    .option('--hypothesis <sentence>', 'what it wants to find out')
    .addOption(new Option('--kind <kind>').choices(['a_b', 'interleaving', 'rollout']).default('a_b'))
    .option('--variant <name[=weight]>', 'once per variant, the control first (default: control and treatment)', listed)
    .option(
      '--set <variant:parameter=value>',
      'what a variant changes: strategy, policy, surface, model.als, ...',
      listed,
    )
    .option('--metric <name>', 'decides; attune experiment metrics lists all', 'click_rate')
    .option('--secondary <names>', 'metrics to look at', words)
    .option('--guardrail <metric=loss>', 'must not get worse by more than this share', namedNumber)
    .option('--traffic <share>', 'of those who are eligible', finiteNumber, 1)
    .option('--holdout <share>', 'takes part in no experiment of the layer', finiteNumber)
    .option('--layer <name>', 'experiments of one layer exclude each other')
    .option('--target <attribute=value>', 'who is eligible', attribute)
    .option('--starts-at <time>', 'starts by itself then', moment)
    .option('--ends-at <time>', 'stops by itself then', moment)
    .option('--stops-by-itself', 'stops when the metric is decided, or a guardrail breaches')
    .option('--steps <shares>', 'of a rollout, for instance 0.05,0.2,0.5,1', numbers)
    .option('--step-seconds <n>', 'how long each step lasts at least (default: 3600)', finiteNumber)
    .option('--step-units <n>', 'units of the new variant that each step needs (default: 1000)', wholeNumber(0))
    .option('--model <name>', 'whose version is rolled out: its canary follows the steps')
    .option('--model-version <n>', 'the version', wholeNumber(1))
    .option('--start', 'start it at once')
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune experiment create ranking --set control:strategy=rule_based --set treatment:strategy=hybrid --start
  scripts/attune experiment create fresher --set treatment:surface.exploration='{"share":0.2}' --guardrail hide_rate=0.05
  scripts/attune experiment create als-7 --kind rollout --steps 0.05,0.2,0.5,1 --model als --model-version 7 --guardrail click_rate=0.02`,
    )
    .action(run(create));
}

async function create(
  context: CliContext,
  id: string,
  options: NewExperimentOptions & { start?: true },
): Promise<void> {
  const client = context.client('experiment');
  const wanted = newExperiment(id, options);
  const created = (await client.createExperiment({ experiment: wanted, requestId: randomUUID() })).experiment;
  const shown =
    options.start === true
      ? (await client.startExperiment({ experimentId: id, reason: '', requestId: randomUUID() })).experiment
      : created;
  show(context, shown);
}

function addUpdate(group: Command, run: RunAction): void {
  group
    .command('update')
    .argument('<id>')
    .description('change a draft, or the traffic, metrics, guardrails and end of one that runs')
    .option('--traffic <share>', 'of those who are eligible', finiteNumber)
    .option('--secondary <names>', 'metrics to look at', words)
    .option('--guardrail <metric=loss>', 'all guardrails as they shall be', namedNumber)
    .option('--ends-at <time>', 'stops by itself then', moment)
    .option('--hypothesis <sentence>', 'what it wants to find out')
    .option('--file <json>', 'the experiment as `show --json` prints it, changed')
    .option('--reason <sentence>', 'why, for the history', '')
    .action(run(update));
}

type UpdateOptions = Partial<NewExperimentOptions> & { readonly file?: string; readonly reason: string };

async function update(context: CliContext, experimentId: string, options: UpdateOptions): Promise<void> {
  const client = context.client('experiment');
  const { experiment: now } = await client.getExperiment({ experimentId });
  const { traffic, secondary, guardrail, endsAt, hypothesis } = options;
  const wanted = {
    ...(options.file === undefined ? now! : readExperiment(options.file)),
    ...(traffic === undefined ? {} : { trafficShare: traffic }),
    ...(secondary === undefined ? {} : { secondaryMetrics: [...secondary] }),
    ...(guardrail === undefined ? {} : { guardrails: guardrailsOf(guardrail) }),
    ...(endsAt === undefined ? {} : { endsAt }),
    ...(hypothesis === undefined ? {} : { hypothesis }),
  };
  const request = { experiment: wanted, reason: options.reason, requestId: randomUUID() };
  show(context, (await client.updateExperiment(request)).experiment);
}

function guardrailsOf(named: Readonly<Record<string, number>>) {
  return Object.entries(named).map(([metric, toleratedRelativeLoss]) => ({ metric, toleratedRelativeLoss }));
}

function readExperiment(file: string): experiment.Experiment {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8'));
    return experiment.Experiment.fromJSON(value.experiment ?? value);
  } catch (cause) {
    throw new AppError(
      'invalid.file',
      `${file} cannot be read as the JSON of an experiment: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

function addMove(group: Command, run: RunAction, verb: 'start' | 'pause' | 'stop', description: string): void {
  group
    .command(verb)
    .argument('<id>')
    .description(description)
    .option('--reason <sentence>', 'why, for the history', '')
    .action(
      run(async (context: CliContext, experimentId: string, { reason }: { readonly reason: string }) => {
        const client = context.client('experiment');
        const move = { experimentId, reason, requestId: randomUUID() };
        const { experiment: moved } =
          verb === 'start'
            ? await client.startExperiment(move)
            : await client.stopExperiment({ ...move, pause: verb === 'pause' });
        show(context, moved);
      }),
    );
}

function show(context: CliContext, one: experiment.Experiment | undefined): void {
  context.output.result({ experiment: experiment.Experiment.toJSON(one!) }, () => experimentLines(one!));
}

/** `attribute=value`, once per attribute. */
export function attribute(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new AppError('invalid.option', `"${text}" is no attribute: write <name>=<value>`);
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
