// One Predict through gRPC beside an echo of the same size, with features that are given and with features that are read; and
// predictions of the ranker of neural_cf through Predict beside the graph alone.
// Run after a build, with h2load: node bench/predict.bench.ts [calls per turn] [turns]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '@attune/config';
import { serving as contract, createClient } from '@attune/contracts';
import { serviceOf, startGrpcServer } from '@attune/grpc';
import { servingSettings, startServing } from '@attune/serving';
import { median } from './cpp-yardstick.ts';
import { FEATURES, LABELS, PAIRS, peersOf, writeEngagement, writeRanker } from './predict-models.ts';
import { startServers } from './serving/bench-fleet.ts';
import { hasH2load, quantile, runLoad } from './serving/h2load.ts';

const calls = Number(process.argv[2] ?? 2_000);
const turns = Number(process.argv[3] ?? 7);
const PATH = '/attune.serving.v1.ServingService/Predict';

const bytes = {
  requestSerialize: (message: Buffer) => message,
  requestDeserialize: (message: Buffer) => message,
  responseSerialize: (message: Buffer) => message,
  responseDeserialize: (message: Buffer) => message,
};
/** Takes and gives bytes that nobody looks at. */
const EchoService = {
  echo: { path: '/attune.bench.v1.EchoService/Echo', requestStream: false, responseStream: false, ...bytes },
} as const;

/** Two servers in this process: serving, and an echo that answers as many bytes. */
async function measure(folder: string) {
  await using servers = await startServers(folder, `bench${process.pid}`);
  const ranker = await writeRanker(servers.urls.OBJECT_STORE_URL);
  const digest = await writeEngagement(servers.urls.OBJECT_STORE_URL);
  const config = loadSettings(servingSettings, servers.urls);
  await using service = await startServing(config, {
    client: (() => peersOf({ engagement: digest, neural_cf: ranker.digest })) as never,
  });
  await using client = createClient({
    definition: contract.ServingServiceService,
    address: service.address,
    caller: 'bench',
  });
  const given = Object.fromEntries(FEATURES.map((name, at) => [name, at / 10]));
  const requestOf = (features: Record<string, number>) =>
    contract.PredictRequest.encode({
      model: '',
      version: '',
      pairs: [{ userId: 'user-1', itemId: 'item-1', features }],
    }).finish();
  const sides = { given: requestOf(given), read: requestOf({}) };
  // the load does not look at what is answered
  for (const message of Object.values(sides)) {
    const { predictions } = await client.predict(contract.PredictRequest.decode(message));
    if (!(predictions[0]!.confidence > 0)) throw new Error('serving does not predict');
  }
  const answer = Buffer.from(
    contract.PredictResponse.encode({
      predictionId: '01a219bf-2498-7400-a46a-e538590daea2',
      model: { name: 'engagement', version: '1', digest },
      predictions: [
        {
          value: 0.5,
          confidence: 1,
          problem: undefined,
          probabilities: Object.fromEntries(LABELS.map((name) => [name, 0.5])),
        },
      ],
    }).finish(),
  );
  const rules = { echo: { roles: ['internal'], effect: 'read' } } as const;
  const echo = await startGrpcServer({
    listen: '127.0.0.1:0',
    logger: service.logger,
    services: [
      serviceOf({
        definition: EchoService as never,
        handlers: { echo: async () => answer } as never,
        rules: rules as never,
      }),
    ],
  });
  const load = (address: string, path: string, message: Uint8Array) =>
    runLoad({ address, path, messages: [message], folder, calls, connections: 1, inFlight: 1 });
  const p50s: Record<string, number[]> = { 'echo of given': [], given: [], 'echo of read': [], read: [] };
  const p99s: Record<string, number[]> = { 'echo of given': [], given: [], 'echo of read': [], read: [] };
  for (let turn = -1; turn < turns; turn++) {
    for (const [name, message] of Object.entries(sides)) {
      const [echoed, predicted] = [
        await load(echo.address, EchoService.echo.path, message),
        await load(service.address, PATH, message),
      ];
      if (turn < 0) continue;
      for (const [side, { latencies, failed }] of [
        [`echo of ${name}`, echoed],
        [name, predicted],
      ] as const) {
        if (failed > 0) throw new Error(`${failed} calls of ${side} failed`);
        p50s[side]!.push(quantile(latencies, 0.5));
        p99s[side]!.push(quantile(latencies, 0.99));
      }
    }
  }
  await echo.drain(1_000);
  const pairs = Array.from({ length: PAIRS }, (_, at) => ({ userId: 'user-1', itemId: `item-${at}`, features: {} }));
  const many = contract.PredictRequest.encode({ model: 'neural_cf', version: '', pairs }).finish();
  const { predictions } = await client.predict(contract.PredictRequest.decode(many));
  if (predictions.some(({ problem }) => problem !== undefined)) throw new Error('the ranker does not predict');
  const batches = { graph: [] as number[], through: [] as number[] };
  for (let turn = 0; turn < turns; turn++) {
    batches.graph.push(await ranker.graph.step());
    const { latencies } = await runLoad({
      ...{ address: service.address, path: PATH, messages: [many], folder, calls: 200, connections: 1, inFlight: 1 },
    });
    batches.through.push(quantile(latencies, 0.5));
  }
  const row = (name: string) => ({
    features: name,
    'request bytes': sides[name as keyof typeof sides].length,
    'answer bytes': answer.length,
    'echo p50 ms': median(p50s[`echo of ${name}`]!),
    'Predict p50 ms': median(p50s[name]!),
    // of turns beside each other, since the machine is not the same from one minute to the next
    ratio: median(p50s[name]!.map((own, at) => own / p50s[`echo of ${name}`]![at]!)),
    'echo p99 ms': median(p99s[`echo of ${name}`]!),
    'Predict p99 ms': median(p99s[name]!),
  });
  const perSecond = (ms: number[]) => Math.round((1_000 * PAIRS) / median(ms));
  const batch = {
    pairs: PAIRS,
    'graph ms': median(batches.graph),
    'Predict p50 ms': median(batches.through),
    'graph/s': perSecond(batches.graph),
    'Predict/s': perSecond(batches.through),
    ratio: median(batches.graph.map((own, at) => own / batches.through[at]!)),
  };
  return { rows: Object.keys(sides).map(row), batch, p50s };
}

if (!hasH2load) throw new Error('h2load is needed (Debian: nghttp2-client)');
const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
try {
  const result = await measure(folder);
  console.table(result.rows);
  console.table([result.batch]);
  const output = join(import.meta.dirname, 'results');
  mkdirSync(output, { recursive: true });
  writeFileSync(
    join(output, 'predict.json'),
    `${JSON.stringify({ cores: cpus().length, calls, ...result }, null, 2)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
