import { partitionOf } from '../partition-of';
import type { EventRecord } from '../port';
import { packBatches } from './pack-batches';

/** A script holds up everybody else in Redis while it runs: so many bytes take it about a millisecond. */
const BYTES_PER_SCRIPT = 2 * 1024 * 1024;

/** One call of the script `APPEND`: the number of records of each batch and its bytes. */
interface AppendScript {
  readonly partition: number;
  readonly args: (number | Buffer)[];
}

/** The calls that append some records to a topic; those of one partition in the order of its records. */
export function appendScripts(
  records: readonly EventRecord[],
  options: { readonly partitions: number; readonly traceHeaders: Readonly<Record<string, string>> | undefined },
): AppendScript[] {
  const scripts: AppendScript[] = [];
  for (const [partition, group] of byPartition(records, options.partitions)) {
    let bytes = BYTES_PER_SCRIPT;
    for (const batch of packBatches(group, options.traceHeaders)) {
      if (bytes >= BYTES_PER_SCRIPT) {
        scripts.push({ partition, args: [] });
        bytes = 0;
      }
      scripts.at(-1)!.args.push(batch.count, batch.bytes);
      bytes += batch.bytes.length;
    }
  }
  return scripts;
}

function byPartition(records: readonly EventRecord[], partitions: number): Map<number, EventRecord[]> {
  const groups = new Map<number, EventRecord[]>();
  for (const record of records) {
    const partition = partitionOf(record.key, partitions);
    const group = groups.get(partition);
    if (group === undefined) groups.set(partition, [record]);
    else group.push(record);
  }
  return groups;
}
