import { Command, Option } from 'commander';
import type { RunAction } from './command';
import { registerAlerts } from './commands/alerts';
import { registerBandit } from './commands/bandit';
import { registerBlock } from './commands/block';
import { registerBudget } from './commands/budget';
import { registerDataset } from './commands/dataset';
import { registerDecision } from './commands/decision';
import { registerDemo } from './commands/demo';
import { registerDlq } from './commands/dlq';
import { registerDoctor } from './commands/doctor';
import { registerDrift } from './commands/drift';
import { registerEvaluate } from './commands/evaluate';
import { registerExperiment } from './commands/experiment';
import { registerExplain } from './commands/explain';
import { registerExport } from './commands/export';
import { registerFairness } from './commands/fairness';
import { registerFeatures } from './commands/features';
import { registerForget } from './commands/forget';
import { registerHealth } from './commands/health';
import { registerHistory } from './commands/history';
import { registerImport } from './commands/import';
import { registerModels } from './commands/models';
import { registerPipeline } from './commands/pipeline';
import { registerPredict } from './commands/predict';
import { registerProducers } from './commands/producers';
import { registerQuality } from './commands/quality';
import { registerRecommend } from './commands/recommend';
import { registerRecord } from './commands/record';
import { registerRetrain } from './commands/retrain';
import { registerSample } from './commands/sample';
import { registerSeries } from './commands/series';
import { registerSimilar } from './commands/similar';
import { registerSimulate } from './commands/simulate';
import { registerStatus } from './commands/status';
import { registerStop } from './commands/stop';
import { registerSurfaces } from './commands/surfaces';
import { registerTrace } from './commands/trace';
import { registerTrain } from './commands/train';
import { registerTune } from './commands/tune';
import { CliContext } from './context';
import { Output } from './output';

/** What the command line is run with; a test gives its own streams. */
export interface ProgramOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly setExitCode: (code: number) => void;
}

/** The verbs in the order in which a newcomer meets them. */
const COMMANDS = [
  registerStatus,
  registerDoctor,
  registerImport,
  registerSample,
  registerRecord,
  registerBlock,
  registerTrain,
  registerRetrain,
  registerModels,
  registerRecommend,
  registerSimilar,
  registerExplain,
  registerPredict,
  registerDecision,
  registerTrace,
  registerDemo,
  registerSimulate,
  registerPipeline,
  registerSurfaces,
  registerFeatures,
  registerDataset,
  registerEvaluate,
  registerTune,
  registerBandit,
  registerExperiment,
  registerHealth,
  registerAlerts,
  registerFairness,
  registerSeries,
  registerBudget,
  registerDrift,
  registerDlq,
  registerHistory,
  registerExport,
  registerForget,
  registerProducers,
  registerQuality,
  registerStop,
];

/** The `attune` program with all its verbs. */
export function makeProgram(options: ProgramOptions): Command {
  const program = new Command('attune')
    .description('Talks to an Attune fleet: what people do in, what they see next out.')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => options.stdout.write(text), writeErr: (text) => options.stderr.write(text) })
    .option('--json', 'print one JSON document (camelCase) on standard output')
    .showHelpAfterError('(add --help to see what there is)')
    .addHelpText(
      'after',
      `
The fleet is the one that "npm start" runs in this checkout, or the one that ATTUNE_<SERVICE>_ADDRESS settings point to.

Examples:
  scripts/attune status
  scripts/attune import ratings.csv --columns user,item,rating,time
  scripts/attune train
  scripts/attune recommend --user u000001 --k 10
  scripts/attune explain <the decision id that recommend printed>`,
    );
  const run: RunAction =
    (action) =>
    async (...args) => {
      const output = new Output({
        isJson: program.opts().json === true,
        stdout: options.stdout,
        stderr: options.stderr,
      });
      await using context = new CliContext({ output, env: options.env });
      try {
        await action(context, ...args);
        if (context.failed) options.setExitCode(1);
      } catch (error) {
        output.failure(error);
        options.setExitCode(1);
      }
    };
  for (const register of COMMANDS) register(program, run);
  allowJsonEverywhere(program, program.commands);
  return program;
}

/** So that `attune recommend --json` and `attune --json recommend` mean the same, and below verbs too. */
function allowJsonEverywhere(program: Command, commands: readonly Command[]): void {
  for (const command of commands) {
    // The help shows it among the global options.
    command.addOption(new Option('--json').hideHelp());
    command.on('option:json', () => program.setOptionValue('json', true));
    allowJsonEverywhere(program, command.commands);
  }
}
