// Quality of iALS on a leave-one-out split with listed negatives (the protocol of He et al. 2017): HR@10 and NDCG@10.
// Run after a build: node bench/ials-quality.bench.ts FOLDER [rank] [epochs], where FOLDER holds train.tsv.gz (user, item),
// ml-1m.test.rating.gz (user, item) and ml-1m.test.negative.gz, whose lines begin with "(user,item)".
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildCsr, trainIals } from '@attune/kernels';

const [folder, rankText = '64', epochsText = '12'] = process.argv.slice(2);

function readRows(name: string): string[][] {
  const text = gunzipSync(readFileSync(join(folder!, name))).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

/** Ranks every user's held-out item among its negatives; among equal scores the held-out item comes last. */
function evaluate(score: (user: number, item: number) => number) {
  let hits = 0;
  let gain = 0;
  let dropped = 0;
  const lines = readRows('ml-1m.test.negative.gz');
  for (const [pair, ...listed] of lines) {
    const [user, positive] = pair!.slice(1, -1).split(',').map(Number) as [number, number];
    const negatives = listed.map(Number).filter((item) => item !== positive);
    dropped += listed.length - negatives.length;
    const own = score(user, positive);
    const above = negatives.filter((item) => score(user, item) >= own).length;
    if (above >= 10) continue;
    hits++;
    gain += 1 / Math.log2(above + 2);
  }
  return { hitRate: hits / lines.length, ndcg: gain / lines.length, users: lines.length, dropped };
}

async function main(): Promise<void> {
  if (folder === undefined) throw new Error('usage: node bench/ials-quality.bench.ts FOLDER [rank] [epochs]');
  const pairs = readRows('train.tsv.gz');
  const rows = Int32Array.from(pairs, ([user]) => Number(user));
  const columns = Int32Array.from(pairs, ([, item]) => Number(item));
  const test = readRows('ml-1m.test.rating.gz').map(([user, item]) => [Number(user), Number(item)] as const);
  const largest = (values: Iterable<number>) => Array.from(values).reduce((a, b) => Math.max(a, b), 0);
  const userCount = 1 + Math.max(largest(rows), largest(test.map(([user]) => user)));
  const itemCount = 1 + Math.max(largest(columns), largest(test.map(([, item]) => item)));
  const popularity = new Float64Array(itemCount);
  for (const item of columns) popularity[item]!++;

  const rank = Number(rankText);
  const settings = { rank, iterations: Number(epochsText), regularization: 0.007, alpha0: 0.3, initStd: 0.1, seed: 1 };
  const seconds: number[] = [];
  const { userFactors, itemFactors } = await trainIals({
    ...settings,
    users: buildCsr({ rowCount: userCount, rows, columns }),
    itemCount,
    threads: 2,
    onIteration: (iteration) => seconds.push(iteration.seconds),
  });
  const score = (user: number, item: number) => {
    let sum = 0;
    for (let c = 0; c < rank; c++) sum += userFactors[user * rank + c]! * itemFactors[item * rank + c]!;
    return sum;
  };
  const results = { popularity: evaluate((_, item) => popularity[item]!), ials: evaluate(score) };
  console.table(results);
  console.log(`rank ${rank}: ${seconds.reduce((a, b) => a + b, 0).toFixed(1)} s for ${seconds.length} epochs`);
  const target = join(import.meta.dirname, 'results');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'ials-quality.json'), `${JSON.stringify({ settings, seconds, results }, null, 2)}\n`);
}

await main();
