import { randomBytes } from 'node:crypto';
import type { DeliveredRecord, EventLog, EventRecord, TopicSpec } from '../port';

/** One opened log, and a way to end it as `kill -9` would. */
export interface ContractLog {
  readonly log: EventLog;
  /** Cuts the log off from its server without a word: nothing is committed, released or left. */
  crash(): void;
}

/** How the contract suite opens logs of one adapter. All of them share one namespace. */
export interface ContractHarness {
  open(): Promise<ContractLog>;
}

/** A topic that no other test uses. */
export function aTopic(overrides: Partial<TopicSpec> = {}): TopicSpec {
  return { name: `topic-${randomBytes(5).toString('hex')}.v1`, partitions: 4, ...overrides };
}

/** Records with the texts as values; the key of each is given or, by default, the same for all. */
export function someRecords(texts: readonly string[], keyOf: (text: string) => string = () => 'user-1'): EventRecord[] {
  return texts.map((text) => ({ key: keyOf(text), value: Buffer.from(text) }));
}

/** `count` texts: `r0`, `r1`... */
export function texts(count: number, prefix = 'r'): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

/** One key per text, so that the records spread over all partitions. */
export const keyPerText = (text: string): string => `user-${text}`;

/** Everything that a replay gives. */
export async function collect(records: AsyncIterable<DeliveredRecord>): Promise<DeliveredRecord[]> {
  const all: DeliveredRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

/** The value of a record as text. */
export const textOf = (record: DeliveredRecord): string => Buffer.from(record.value).toString();
