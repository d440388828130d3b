// What answering costs: the NCF ranker as it was trained and folded, exact retrieval, scores of als, retrieval by history. Random data;
// the graphs are those that fitted models write. What is compared takes turns in the same run: the ranker with a large product of
// matrices, retrieval with reading memory.
// Serving is started with huge pages, which retrieval is measured with by GLIBC_TUNABLES=glibc.malloc.hugetlb=1 before the command.
// Run after a build: node bench/inference.bench.ts [rounds] [--only=ncf,retrieval,als,history] [--items=100000,1000000] [--threads=1,2]
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { measureAlsScores, measureHistories } from './inference-lists.ts';
import { measureRanker } from './inference-ranker.ts';
import { measureRetrieval } from './inference-retrieval.ts';

const rounds = Number(process.argv.slice(2).find((argument) => !argument.startsWith('--')) ?? 9);

function listOf(option: string, otherwise: string): string[] {
  const given = process.argv.find((argument) => argument.startsWith(`--${option}=`));
  return (given?.slice(option.length + 3) ?? otherwise).split(',');
}

/** Numbers with three digits that count; the times of single turns are for the JSON file. */
function rounded({ turns: _, ...row }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const short = (value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value;
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, short(value)]));
}

async function main(): Promise<void> {
  const only = new Set(listOf('only', 'ncf,retrieval,als,history'));
  const results: Record<string, Record<string, unknown>[]> = {};
  const note = (part: string, row: Record<string, unknown>) => {
    results[part] = [...(results[part] ?? []), row];
  };
  for (const threads of listOf('threads', '1,2').map(Number)) {
    if (only.has('ncf')) {
      for (const variant of ['mlp', 'neumf']) note('ranker', await measureRanker({ variant, threads, rounds }));
    }
    if (only.has('retrieval')) {
      for (const items of listOf('items', '10000,100000,1000000')) {
        for (const row of await measureRetrieval({ items: Number(items), threads, rounds })) note('retrieval', row);
      }
    }
  }
  if (only.has('als')) note('als', await measureAlsScores(rounds));
  if (only.has('history')) for (const row of await measureHistories(rounds)) note('history', row);
  for (const [part, rows] of Object.entries(results)) {
    console.log(part);
    console.table(rows.map(rounded));
  }
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  const report = { benchmark: 'inference', ...machine, rounds, results };
  writeFileSync(join(folder, 'inference.json'), `${JSON.stringify(report, null, 2)}\n`);
}

await main();
