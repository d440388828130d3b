import { monitoring } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { auditLines, comparisonLines } from '../monitoring/fairness-lines';
import { finiteNumber } from '../parse';

interface Options {
  readonly subject: string;
  readonly by: string;
  readonly window: number;
  readonly compare: boolean;
  readonly list: boolean;
}

/** Reading every slate of a week takes its time. */
const DEADLINE_MS = 120_000;

/** `attune fairness`: how groups of users or of authors are treated, measured now, or as it was before. */
export const registerFairness: RegisterCommand = (program, run) => {
  program
    .command('fairness')
    .description('how groups of users or authors are treated, compared with the whole')
    .requiredOption('--subject <subject>', 'a model or a surface: model:als, surface:home')
    .requiredOption(
      '--by <attribute>',
      'of users: country, language, ageBand; of authors: category, authorSize, authorAge',
    )
    .option('--window <hours>', 'over how many hours back (default: 168)', finiteNumber, 0)
    .option('--compare', 'with the audit before: what changed', false)
    .option('--list', 'the audits that were made, without a new one', false)
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune fairness --subject surface:home --by country
  scripts/attune fairness --subject model:als --by authorAge --compare`,
    )
    .action(run((context: CliContext, options: Options) => fairness(context, options)));
};

async function fairness(context: CliContext, options: Options): Promise<void> {
  const { subject, by: groupBy, window: windowHours, compare, list } = options;
  const client = context.client('monitoring');
  const before = async (pageSize: number) =>
    (await client.listFairnessAudits({ subject, groupBy, pageSize, pageToken: '' })).audits;
  if (list) {
    const audits = await before(50);
    const json = audits.map((audit) => monitoring.FairnessAudit.toJSON(audit));
    context.output.result({ audits: json }, () => audits.flatMap((audit) => [...auditLines(audit), '']));
    return;
  }
  const [earlier] = compare ? await before(1) : [];
  if (compare && earlier === undefined) {
    throw new AppError(
      'failed_precondition.no_audit',
      'there is no audit before to compare with; leave --compare out once',
    );
  }
  const asked = client.runFairnessAudit({ subject, groupBy, windowHours }, { deadlineMs: DEADLINE_MS });
  const audit = (await asked).audit!;
  const json = monitoring.FairnessAudit.toJSON(audit);
  if (earlier === undefined) context.output.result({ audit: json }, () => auditLines(audit));
  else {
    const both = { before: monitoring.FairnessAudit.toJSON(earlier), audit: json };
    context.output.result(both, () => comparisonLines(earlier, audit));
  }
}
