// How long the choice of an arm takes in process, by kind: 6 arms, a context of 12 numbers for the linear kinds. Beliefs are those of a
// policy that runs: before every `learnEvery`th choice one arm has learned something, so that nothing is kept from the choice before.
// Run after a build: node bench/select-arm.bench.ts [choices]
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import {
  type ArmState,
  emptyArmState,
  isContextual,
  observeReward,
  POLICY_KINDS,
  type PolicyKind,
  type PolicyRules,
  parsePolicySettings,
  selectArm,
} from '@attune/bandits';
import { seededUniform } from '@attune/kernels';

const choices = Number(process.argv[2] ?? 20_000);
const ARMS = 6;
const CONTEXT_NAMES = Array.from({ length: 12 }, (_, at) => `feature${at}`);
const GOAL_MS = 1;
const HOUR_MS = 3_600_000;

interface Case {
  readonly kind: PolicyKind;
  readonly learnEvery: number;
  readonly halfLifeHours?: number;
}

const CASES: readonly Case[] = [
  ...POLICY_KINDS.map((kind) => ({ kind, learnEvery: 1 })),
  { kind: 'thompson_beta', learnEvery: 10 },
  { kind: 'thompson_beta', learnEvery: 1, halfLifeHours: 24 },
  { kind: 'linear_thompson', learnEvery: 1, halfLifeHours: 24 },
];

function measure({ kind, learnEvery, halfLifeHours }: Case) {
  const random = seededUniform(1);
  const contextNames = isContextual(kind) ? CONTEXT_NAMES : [];
  const settings = parsePolicySettings(kind, { halfLifeHours });
  const rules: PolicyRules = { kind, explorationFloor: 0.02, contextNames, settings, priors: {} };
  const states: ArmState[] = Array.from({ length: ARMS }, (_, arm) => emptyArmState(rules, `arm${arm}`));
  const learn = (arm: number, context: readonly number[], decidedAtMs: number) => {
    const reward = random() < 0.1 + 0.02 * arm ? 1 : 0;
    states[arm] = observeReward(rules, states[arm]!, { decidedAtMs, context, reward });
  };
  const contextOf = () => CONTEXT_NAMES.map(() => 2 * random() - 1);
  for (let round = 0; round < 2_000; round++) learn(round % ARMS, contextOf(), 0);
  const times = new Float64Array(choices);
  for (let choice = -2_000; choice < choices; choice++) {
    const [context, atMs] = [contextOf(), (choice + 2_000) * 0.01 * HOUR_MS];
    if (choice % learnEvery === 0) learn(Math.floor(random() * ARMS), context, atMs);
    const arms = states.map((state) => ({ state, status: 'active' as const }));
    const startedMs = performance.now();
    selectArm({ rules, arms, context, atMs, random });
    // the first ones warm the compiler
    if (choice >= 0) times[choice] = performance.now() - startedMs;
  }
  times.sort();
  const at = (share: number) => Number(times[Math.floor(share * (choices - 1))]!.toFixed(4));
  const name = `${kind}${halfLifeHours === undefined ? '' : ', half-life'}`;
  return { kind: name, 'choices per reward': learnEvery, p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
}

const results = CASES.map((one) => {
  const row = measure(one);
  return { ...row, 'p99 below 1 ms': row.p99Ms < GOAL_MS };
});
console.table(results);
const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
writeFileSync(join(folder, 'select-arm.json'), `${JSON.stringify({ ...machine, choices, results }, null, 2)}\n`);
