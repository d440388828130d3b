import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { monitoring } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type Command, Option } from 'commander';
import type { RegisterCommand, RunAction } from '../command';
import type { CliContext } from '../context';
import { alertLine, alertTable, silenceTable } from '../monitoring/alert-lines';
import { duration, wholeNumber } from '../parse';

const { AlertSeverity, AlertState } = monitoring;
const SEVERITIES = { info: AlertSeverity.INFO, ticket: AlertSeverity.TICKET, page: AlertSeverity.PAGE };
const STATES = {
  open: AlertState.OPEN,
  acknowledged: AlertState.ACKNOWLEDGED,
  silenced: AlertState.SILENCED,
  resolved: AlertState.RESOLVED,
};
const MOST_PER_PAGE = 200;
const WATCH_DEADLINE_MS = 24 * 3_600_000;

/** `attune alerts`: what is wrong, since when, why and what to do; who takes care of it; what is silenced. */
export const registerAlerts: RegisterCommand = (program, run) => {
  const group = program
    .command('alerts')
    .description('what is wrong, since when, why and what to do')
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune alerts
  scripts/attune alerts ack <alert id> --note "looking into it" --silence-for 1h
  scripts/attune alerts silence --kind feature_drift --for 2h --reason "import of old posts"
  scripts/attune alerts watch --least-severity page`,
    );
  addList(group, run);
  addAcknowledge(group, run);
  addSilences(group, run);
  addWatch(group, run);
};

const actor = new Option('--actor <name>', 'who').default(userInfo().username, 'the user of this machine');
const leastSeverity = () =>
  new Option('--least-severity <severity>', 'only this bad or worse').choices(Object.keys(SEVERITIES)).default('info');

interface ListOptions {
  readonly state?: keyof typeof STATES;
  readonly subject: string;
  readonly leastSeverity: keyof typeof SEVERITIES;
  readonly all: boolean;
  readonly limit: number;
}

function addList(group: Command, run: RunAction): void {
  group
    .command('list', { isDefault: true })
    .description('alerts that are not over, newest first')
    .addOption(new Option('--state <state>', 'only in this state').choices(Object.keys(STATES)))
    .option('--all', 'those that are over, too', false)
    .option('--subject <subject>', 'only about model:<name> or service:<name>', '')
    .addOption(leastSeverity())
    .option('--limit <n>', 'at most this many', wholeNumber(1), 100)
    .action(run(list));
}

async function list(context: CliContext, options: ListOptions): Promise<void> {
  const { subject, limit, all } = options;
  const alerts: monitoring.Alert[] = [];
  let pageToken = '';
  do {
    const answer = await context.client('monitoring').listAlerts({
      ...{ subject, pageToken, pageSize: MOST_PER_PAGE },
      leastSeverity: SEVERITIES[options.leastSeverity],
      state: options.state === undefined ? AlertState.UNSPECIFIED : STATES[options.state],
    });
    alerts.push(
      ...answer.alerts.filter(({ state }) => all || options.state !== undefined || state !== AlertState.RESOLVED),
    );
    pageToken = answer.nextPageToken;
  } while (pageToken !== '' && alerts.length < limit);
  const shown = alerts.slice(0, limit);
  context.output.result({ alerts: shown.map((alert) => monitoring.Alert.toJSON(alert)) }, () => alertTable(shown));
}

function addAcknowledge(group: Command, run: RunAction): void {
  group
    .command('ack')
    .argument('<alert id>')
    .description('say that somebody takes care of an alert')
    .addOption(actor)
    .option('--note <sentence>', 'for the others', '')
    .option('--silence-for <time>', 'keep it from being delivered for so long, for instance 1h', duration)
    .action(
      run(
        async (context: CliContext, alertId: string, options: { actor: string; note: string; silenceFor?: number }) => {
          const { silenceFor, note } = options;
          const { alert } = await context.client('monitoring').acknowledgeAlert({
            ...{ alertId, note, actor: options.actor, requestId: randomUUID() },
            silenceUntil: silenceFor === undefined ? undefined : new Date(Date.now() + silenceFor),
          });
          context.output.result({ alert: monitoring.Alert.toJSON(alert!) }, () => alertTable([alert!]));
        },
      ),
    );
}

interface SilenceOptions {
  readonly subject: string;
  readonly kind: string;
  readonly measure: string;
  readonly for?: number;
  readonly actor: string;
  readonly reason: string;
  readonly end?: string;
  readonly all: boolean;
}

function addSilences(group: Command, run: RunAction): void {
  group
    .command('silence')
    .description('keep matching alerts from being delivered for a while; without --for, what is silenced')
    .option('--subject <subject>', 'model:<name> or service:<name>', '')
    .option('--kind <kind>', 'what is found, for instance feature_drift', '')
    .option('--measure <name>', 'the metric or the feature', '')
    .option('--for <time>', 'for how long, for instance 2h', duration)
    .addOption(actor)
    .option('--reason <sentence>', 'why', '')
    .option('--end <silence id>', 'end a silence now')
    .option('--all', 'list those that are over, too', false)
    .action(run(silence));
}

async function silence(context: CliContext, options: SilenceOptions): Promise<void> {
  const client = context.client('monitoring');
  const { subject, kind, measure, reason, end, for: forMs, all } = options;
  if (forMs === undefined && end === undefined && subject + kind + measure !== '') {
    throw new AppError('invalid.for', 'say for how long: --for 2h');
  }
  let silences: readonly (monitoring.Silence | undefined)[];
  if (end !== undefined) {
    silences = [(await client.endSilence({ silenceId: end, actor: options.actor })).silence];
  } else if (forMs !== undefined) {
    const until = new Date(Date.now() + forMs);
    const wanted = {
      matcher: { subject, kind, measure },
      until,
      actor: options.actor,
      reason,
      requestId: randomUUID(),
    };
    silences = [(await client.createSilence(wanted)).silence];
  } else {
    silences = (await client.listSilences({ includeEnded: all })).silences;
  }
  const found = silences.filter((one) => one !== undefined);
  context.output.result({ silences: found.map((one) => monitoring.Silence.toJSON(one)) }, () => silenceTable(found));
}

function addWatch(group: Command, run: RunAction): void {
  group
    .command('watch')
    .description('follow alerts as they open, change and close, until stopped')
    .addOption(leastSeverity())
    .action(
      run(async (context: CliContext, options: { leastSeverity: keyof typeof SEVERITIES }) => {
        const request = { leastSeverity: SEVERITIES[options.leastSeverity] };
        for await (const { alert } of context
          .client('monitoring')
          .watchAlerts(request, { deadlineMs: WATCH_DEADLINE_MS })) {
          context.output.result(monitoring.Alert.toJSON(alert!), () => [alertLine(alert!)]);
        }
      }),
    );
}
