import { featureStore } from '@attune/contracts';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';
import { moment, wholeNumber } from '../parse';

interface Options {
  readonly anomalies: boolean;
  readonly producer: string;
  readonly from?: Date;
  readonly limit: number;
}

const DEFAULT_COUNT = 100;

/** `attune quality`: what was measured of incoming data, hour by hour. */
export const registerQuality: RegisterCommand = (program, run) => {
  program
    .command('quality')
    .description('what was measured of incoming data per hour, compared with the hours before')
    .option('--anomalies', 'only what is out of the ordinary', false)
    .option('--producer <name>', 'only of this producer', '')
    .option('--from <time>', 'from this hour on; the last 24 hours by default', moment)
    .option('--limit <n>', 'at most this many, newest hour first', wholeNumber(1), DEFAULT_COUNT)
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune quality --anomalies
  scripts/attune quality --producer web --from 2026-11-26T08:00:00Z`,
    )
    .action(run((context: CliContext, options: Options) => quality(context, options)));
};

async function quality(context: CliContext, options: Options): Promise<void> {
  const { from, producer, anomalies: anomaliesOnly, limit } = options;
  const findings: featureStore.DataQualityFinding[] = [];
  let pageToken = '';
  do {
    const page = { pageSize: limit - findings.length, pageToken };
    const answer = await context.client('feature-store').listDataQuality({ from, producer, anomaliesOnly, ...page });
    findings.push(...answer.findings);
    pageToken = answer.nextPageToken;
  } while (pageToken !== '' && findings.length < limit);
  const json = findings.map((finding) => featureStore.DataQualityFinding.toJSON(finding));
  context.output.result({ findings: json }, () =>
    findings.length === 0 ? [anomaliesOnly ? 'Nothing out of the ordinary.' : 'Nothing was measured.'] : rows(findings),
  );
}

function rows(findings: readonly featureStore.DataQualityFinding[]): string[] {
  return table(
    ['hour', '', 'what'],
    findings.map(({ hour, isAnomaly, message }) => [
      hour?.toISOString().slice(0, 16) ?? '',
      isAnomaly ? 'odd' : '',
      message,
    ]),
  );
}
