// How long SelectArm takes through gRPC, seen by a client in another process, while the service does all that it does in a fleet: it
// records each choice in the log, folds it with its rewards (every tenth choice is clicked) and learns. 6 arms; the linear kinds look at
// the 12 numbers of serving's context. Calls come one after the other at a steady pace: this is the time of a call, not of a queue. The
// same call with an id that is refused at the door tells what the machine and gRPC take by themselves.
// Run after a build: node bench/select-arm-grpc.bench.ts [choices per kind] [calls per second]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { bandit, createClient, SERVICES, STRATEGY_CONTEXT } from '@attune/contracts';
import { seededUniform } from '@attune/kernels';
import { cpuSeconds } from './cpu-seconds.ts';
import { startServers } from './serving/bench-fleet.ts';

const choices = Number(process.argv[2] ?? 3_000);
const perSecond = Number(process.argv[3] ?? 200);
const WARM_UP = 500;
const GOAL_MS = 2;
const ARMS = Array.from({ length: 6 }, (_, at) => ({ name: `arm${at}`, active: true }));
const KINDS = [
  bandit.PolicyKind.THOMPSON_BETA,
  bandit.PolicyKind.THOMPSON_GAUSSIAN,
  bandit.PolicyKind.LINUCB,
  bandit.PolicyKind.LINEAR_THOMPSON,
  bandit.PolicyKind.EPSILON_GREEDY,
  bandit.PolicyKind.SOFTMAX,
];

const folder = mkdtempSync(join(tmpdir(), 'attune-select-arm-'));
const random = seededUniform(1);
const contextOf = () => STRATEGY_CONTEXT.map(() => 2 * random() - 1);
const nameOf = (kind: bandit.PolicyKind) => bandit.policyKindToJSON(kind).replace('POLICY_KIND_', '').toLowerCase();
const isLinear = (kind: bandit.PolicyKind) =>
  kind === bandit.PolicyKind.LINUCB || kind === bandit.PolicyKind.LINEAR_THOMPSON;

/** [calls]: milliseconds of each call, ascending; calls begin `perSecond` times a second. */
async function paced(count: number, call: () => Promise<unknown>): Promise<Float64Array> {
  const times = new Float64Array(count);
  const beganMs = performance.now();
  for (let at = -WARM_UP; at < count; at++) {
    const dueMs = beganMs + ((at + WARM_UP) * 1_000) / perSecond;
    const aheadMs = dueMs - performance.now();
    if (aheadMs > 0) await wait(aheadMs);
    const startedMs = performance.now();
    await call();
    if (at >= 0) times[at] = performance.now() - startedMs;
  }
  return times.sort();
}

function rowOf(name: string, times: Float64Array) {
  const at = (share: number) => Number(times[Math.floor(share * (times.length - 1))]!.toFixed(3));
  return { call: name, p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
}

try {
  await using servers = await startServers(folder, 'bench');
  const { address, pid } = await servers.start('bandit');
  await using client = createClient({ definition: SERVICES.bandit.definition, address, caller: 'bench' });
  const rows: object[] = [];
  for (const kind of KINDS) {
    const policy = nameOf(kind).replaceAll('_', '-');
    await client.createPolicy({
      policy: bandit.Policy.fromPartial({
        ...{ name: policy, kind, arms: ARMS, enabled: true, defaultArm: 'arm0', explorationFloor: 0.02 },
        contextNames: isLinear(kind) ? STRATEGY_CONTEXT.map(({ name }) => name) : [],
      }),
      requestId: '',
    });
    let count = 0;
    const spentBefore = cpuSeconds(pid);
    const times = await paced(choices, async () => {
      const answer = await client.selectArm(
        bandit.SelectArmRequest.fromPartial({ policy, context: isLinear(kind) ? contextOf() : [] }),
      );
      if (++count % 10 === 0) {
        void client
          .recordReward({ ...answer, reward: 1, rewardId: 'r', policy, earnedAt: undefined })
          .catch(() => undefined);
      }
    });
    const row = rowOf(nameOf(kind), times);
    const cpuMs = Number(((1_000 * (cpuSeconds(pid) - spentBefore)) / (choices + WARM_UP)).toFixed(3));
    rows.push({ ...row, 'p99 below 2 ms': row.p99Ms < GOAL_MS, 'cpuMs of the service per choice': cpuMs });
  }
  const refused = bandit.SelectArmRequest.fromPartial({ policy: 'linucb', decisionId: 'no id' });
  const asked = await paced(choices, () => client.selectArm(refused).catch(() => undefined));
  rows.push(rowOf('(refused at the door, for comparison)', asked));
  console.table(rows);
  const results = join(import.meta.dirname, 'results');
  mkdirSync(results, { recursive: true });
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  writeFileSync(
    join(results, 'select-arm-grpc.json'),
    `${JSON.stringify({ ...machine, choices, perSecond, rows }, null, 2)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
