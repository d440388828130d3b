import { InvalidArgumentError } from 'commander';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { metricLines, seriesLines } from '../monitoring/series-lines';
import { duration, moment } from '../parse';

type Labels = Readonly<Record<string, string>>;

interface SeriesOptions {
  readonly label?: Labels;
  readonly from?: Date;
  readonly to?: Date;
  readonly step: number;
}

const DAY_MS = 86_400_000;

/** `attune series`: the course of a metric. */
export const registerSeries: RegisterCommand = (program, run) => {
  program
    .command('series')
    .description('the course of a metric; without one, every metric that there is')
    .argument('[metric]', 'for instance click_rate or recommend_latency_p99_ms')
    .option('--label <name=value>', 'only series with it; * stands for any value; may be repeated', label)
    .option('--from <time>', 'from when on (default: a day before the end)', moment)
    .option('--to <time>', 'until when (default: now)', moment)
    .option('--step <length>', 'the width of a step, such as 5m', duration, 3_600_000)
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune series
  scripts/attune series click_rate --label model=als --step 5m
  scripts/attune series feature_nulls --label feature=item_likes --json`,
    )
    .action(
      run((context: CliContext, metric: string | undefined, options: SeriesOptions) =>
        series(context, metric, options),
      ),
    );
};

/** `name=value`, gathered over repeated options. */
function label(text: string, before: Labels = {}): Labels {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('must be name=value');
  return { ...before, [name]: value };
}

async function series(context: CliContext, metric: string | undefined, options: SeriesOptions): Promise<void> {
  const client = context.client('monitoring');
  if (metric === undefined) {
    const answer = await client.listMetrics({});
    context.output.result(answer, () => metricLines(answer.metrics));
    return;
  }
  const { label: labels = {}, to = new Date(), step } = options;
  const from = options.from ?? new Date(to.getTime() - DAY_MS);
  const answer = await client.getTimeSeries({ metric, labels: { ...labels }, from, to, stepSeconds: step / 1_000 });
  context.output.result({ metric, labels, ...answer }, () => seriesLines(metric, answer));
}
