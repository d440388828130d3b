import { randomUUID } from 'node:crypto';
import { bandit } from '@attune/contracts';
import { type Command, Option } from 'commander';
import { changedPolicy, KIND_NAMES, kindName, newPolicy, type PolicyOptions } from '../bandit/policy-edits';
import { policyLines } from '../bandit/policy-lines';
import type { RunAction } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';
import { duration, finiteNumber, namedNumber, setting, wholeNumber, words } from '../parse';

/** The verbs of `attune bandit` about what policies are: list, show, create, update, history. */
export function addPolicies(group: Command, run: RunAction): void {
  group.command('list').description('all policies').action(run(list));
  group
    .command('show')
    .argument('<policy>')
    .description('a policy, and what is known of each of its arms')
    .action(run(show));
  addCreate(group, run);
  addUpdate(group, run);
  group
    .command('history')
    .argument('<policy>')
    .description('everything that ever changed a policy, newest first: by people and by guardrails')
    .action(run(history));
}

async function list(context: CliContext): Promise<void> {
  const policies: bandit.Policy[] = [];
  const client = context.client('bandit');
  for (let pageToken = ''; ; ) {
    const page = await client.listPolicies({ pageSize: 0, pageToken });
    policies.push(...page.policies);
    pageToken = page.nextPageToken;
    if (pageToken === '') break;
  }
  context.output.result({ policies: policies.map((policy) => bandit.Policy.toJSON(policy)) }, () =>
    policies.length === 0
      ? ['There is no policy yet: scripts/attune bandit create --help says how to make one.']
      : table(
          ['policy', 'kind', 'state', 'arms', 'held', 'floor', 'version'],
          policies.map((policy) => [
            ...[policy.name, kindName(policy.kind), policy.enabled ? 'on' : 'OFF'],
            policy.arms.filter(({ active }) => active).length,
            policy.arms.filter(({ active, restrainedBecause }) => active && restrainedBecause !== '').length,
            ...[policy.explorationFloor, policy.version],
          ]),
        ),
  );
}

async function show(context: CliContext, name: string): Promise<void> {
  tell(context, (await context.client('bandit').getPolicy({ policy: name })).policy!);
}

function tell(context: CliContext, policy: bandit.Policy): void {
  context.output.result(bandit.Policy.toJSON(policy), () => policyLines(policy));
}

function addCreate(group: Command, run: RunAction): void {
  const command = group
    .command('create')
    .argument('<policy>', 'its name: lower-case letters, digits and dashes')
    .description('create a policy')
    .addOption(new Option('--kind <kind>', 'how it chooses').choices(KIND_NAMES).default('thompson_beta'))
    .requiredOption('--arms <names>', 'its arms, separated by commas', words)
    .option('--context <names>', 'what it looks at, in order; `strategy` for what serving tells of a slate', words);
  addOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune bandit create strategies --kind linear_thompson --arms rule_based,hybrid,content_based --context strategy \\
    --floor 0.02 --reward click=1 --guardrail hide=0.05
  scripts/attune surfaces set home --set policy=strategies`,
    )
    .action(
      run(async (context: CliContext, name: string, options: PolicyOptions) => {
        const request = { policy: newPolicy(name, options), requestId: randomUUID() };
        tell(context, (await context.client('bandit').createPolicy(request)).policy!);
      }),
    );
}

function addOptions(command: Command): Command {
  return command
    .option('--floor <share>', 'the least probability of every active arm: 0.02', finiteNumber)
    .option('--default <arm>', 'the arm while the policy is off; of a new policy the first, where nothing is said')
    .option(
      '--reward <type=worth>',
      'what an interaction is worth, again and again: click=1; these take the place of all before',
      namedNumber,
    )
    .option('--window <time>', 'how long after a choice a reward counts; of a new policy 1d', duration)
    .option(
      '--patience <time>',
      'how long after a choice its outcome counts: 30s; of a new policy 0s, at once',
      patience,
    )
    .option(
      '--guardrail <type=share>',
      'the largest share of choices that this may follow, again and again: hide=0.05; these take the place of all before',
      namedNumber,
    )
    .option(
      '--min-selections <n>',
      'with --guardrail: an arm is not judged by fewer choices; else by 100',
      wholeNumber(1),
    )
    .option('--prior <arm=mean>', 'what is believed of an arm before any reward, again and again', namedNumber)
    .option('--prior-weight <n>', 'with --prior: how many observations it is worth; else 10', finiteNumber)
    .option('--set <name=value>', 'a setting of its kind, again and again: epsilon=0.1, halfLifeHours=24', setting);
}

/** Unlike other lengths of time it may be nothing. */
function patience(text: string): number {
  return /^0[smhd]?$/.test(text) ? 0 : duration(text);
}

function addUpdate(group: Command, run: RunAction): void {
  const command = group
    .command('update')
    .argument('<policy>')
    .description('change a policy; every replica acts on it within about a second')
    .option('--off', 'the kill switch: always the default arm')
    .option('--on', 'chooses again')
    .option('--arms <names>', 'arms to add, or to take back that were retired', words)
    .option('--retire <arms>', 'arms never to be chosen any more; their history stays', words)
    .option('--release <arms>', 'arms to let go that a guardrail holds', words);
  addOptions(command)
    .option('--reason <text>', 'why, for the history')
    .action(
      run(async (context: CliContext, name: string, options: PolicyOptions & { readonly reason?: string }) => {
        const client = context.client('bandit');
        const { policy: before } = await client.getPolicy({ policy: name });
        const policy = changedPolicy(before!, options);
        await client.updatePolicy({ policy, reason: options.reason ?? '', requestId: randomUUID() });
        await show(context, name);
      }),
    );
}

async function history(context: CliContext, policy: string): Promise<void> {
  const changes: bandit.PolicyChange[] = [];
  const client = context.client('bandit');
  for (let pageToken = ''; ; ) {
    const page = await client.listPolicyChanges({ policy, pageSize: 0, pageToken });
    changes.push(...page.changes);
    pageToken = page.nextPageToken;
    if (pageToken === '') break;
  }
  context.output.result({ changes: changes.map((change) => bandit.PolicyChange.toJSON(change)) }, () =>
    table(
      ['#', 'when', 'who', 'what', 'arm', 'version', 'why'],
      changes.map(({ sequence, changedAt, actor, change, arm, reason, policy: after }) => [
        ...[sequence, changedAt?.toISOString().slice(0, 19) ?? '', actor, change, arm, after?.version ?? 0, reason],
      ]),
    ),
  );
}
