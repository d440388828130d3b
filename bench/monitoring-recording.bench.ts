// What it costs serving that monitoring is told of every prediction: Predict beside the same without it, in pairs of turns.
// Run after a build, with h2load: node bench/monitoring-recording.bench.ts [calls per turn] [turns]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '@attune/config';
import { serving as contract, createClient } from '@attune/contracts';
import { servingSettings, startServing } from '@attune/serving';
import { median } from './cpp-yardstick.ts';
import { peersOf, writeEngagement, writeRanker } from './predict-models.ts';
import { startServers } from './serving/bench-fleet.ts';
import { hasH2load, quantile, runLoad } from './serving/h2load.ts';

const calls = Number(process.argv[2] ?? 1_000);
const turns = Number(process.argv[3] ?? 41);
const PATH = '/attune.serving.v1.ServingService/Predict';
const SIDES = { told: '1', untold: '0' } as const;
type Side = keyof typeof SIDES;

/** As many pairs per call as a page has items, features read from a feature-store that answers at once. */
const PAIRS = 20;

async function measure(folder: string) {
  await using servers = await startServers(folder, `bench${process.pid}`);
  // the peers name it, and it costs nothing as long as nobody asks it
  const ranker = await writeRanker(servers.urls.OBJECT_STORE_URL);
  const digest = await writeEngagement(servers.urls.OBJECT_STORE_URL);
  const start = (side: Side) =>
    startServing(loadSettings(servingSettings, { ...servers.urls, ATTUNE_SERVING_PREDICTION_SHARE: SIDES[side] }), {
      client: (() => peersOf({ engagement: digest, neural_cf: ranker.digest })) as never,
    });
  await using told = await start('told');
  await using untold = await start('untold');
  const addresses = { told: told.address, untold: untold.address };
  const pairs = Array.from({ length: PAIRS }, (_, at) => ({ userId: 'user-1', itemId: `item-${at}`, features: {} }));
  const request = contract.PredictRequest.fromPartial({ pairs });
  for (const address of Object.values(addresses)) {
    await using client = createClient({ definition: contract.ServingServiceService, address, caller: 'bench' });
    const { predictions } = await client.predict(request);
    if (predictions.some(({ problem }) => problem !== undefined)) throw new Error('serving does not predict');
  }
  const message = contract.PredictRequest.encode(request).finish();
  const found = { told: noTurns(), untold: noTurns() };
  for (let turn = -1; turn < turns; turn++) {
    // who goes first takes turns, since the machine is not the same from one moment to the next
    const order: readonly Side[] = turn % 2 === 0 ? ['told', 'untold'] : ['untold', 'told'];
    for (const side of order) {
      const load = { path: PATH, messages: [message], folder, calls, connections: 2, inFlight: 1 };
      const before = process.cpuUsage();
      const { latencies, failed } = await runLoad({ address: addresses[side], ...load });
      // what is told after the answer is paid for, too
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { user, system } = process.cpuUsage(before);
      if (failed > 0) throw new Error(`${failed} calls failed`);
      if (turn < 0) continue;
      found[side].p50.push(quantile(latencies, 0.5));
      found[side].p99.push(quantile(latencies, 0.99));
      found[side].cpuMs.push((user + system) / 1_000 / calls);
    }
  }
  const ratio = (of: keyof Turns) => median(found.told[of].map((own, at) => own / found.untold[of][at]!));
  const rows = (Object.keys(SIDES) as Side[]).map((side) => ({
    'monitoring is': side,
    ...{ 'p50 ms': median(found[side].p50), 'p99 ms': median(found[side].p99) },
    'CPU ms per call': median(found[side].cpuMs),
  }));
  return { rows, ratios: { p50: ratio('p50'), p99: ratio('p99'), cpu: ratio('cpuMs') }, found };
}

interface Turns {
  readonly p50: number[];
  readonly p99: number[];
  readonly cpuMs: number[];
}

const noTurns = (): Turns => ({ p50: [], p99: [], cpuMs: [] });

if (!hasH2load) throw new Error('h2load is needed (Debian: nghttp2-client)');
const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
try {
  const result = await measure(folder);
  console.table(result.rows);
  console.table([result.ratios]);
  const output = join(import.meta.dirname, 'results');
  mkdirSync(output, { recursive: true });
  const document = { calls, turns, pairs: PAIRS, cpu: cpus()[0]?.model, node: process.version, ...result };
  writeFileSync(join(output, 'monitoring-recording.json'), `${JSON.stringify(document, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
