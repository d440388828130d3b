import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileRegistry, type DescMessage, fromBinary, type Registry } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { TOPIC_CODECS, TOPICS } from '../topics';

/** One event as an earlier build, or this one, has written it. Lines are added and never changed: they lie in logs. */
interface Line {
  /** Which shape of the message wrote it, from the first one on. */
  readonly shape: string;
  readonly about: string;
  /** The record's value in base64. */
  readonly bytes: string;
  /** What it meant to the build that wrote it. */
  readonly means: object;
}

interface Codec {
  decode(bytes: Uint8Array): unknown;
  encode(message: never): { finish(): Uint8Array };
  toJSON(message: never): unknown;
}

type TopicKey = keyof typeof TOPICS;

const ROOT = join(__dirname, '..', '..', '..', '..');
const KEYS = Object.keys(TOPICS) as TopicKey[];
const linesOf = (key: TopicKey): readonly Line[] =>
  readFileSync(join(__dirname, `${TOPICS[key].name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const ENTRIES = KEYS.flatMap((key) => linesOf(key).map((line) => [TOPICS[key].name, line.about, key, line] as const));

/** What a record says to this build, as JSON. */
function read(key: TopicKey, bytes: Uint8Array): object {
  const codec = TOPIC_CODECS[key] as unknown as Codec;
  return codec.toJSON(codec.decode(bytes) as never) as object;
}

const bytesOf = ({ bytes }: Line) => Buffer.from(bytes, 'base64');

describe('the corpus of events', () => {
  it.each(ENTRIES)('%s, %s: means what it meant when it was written', (_, _about, key, line) => {
    // A field that came later is there too, and says that nothing was said.
    expect(read(key, bytesOf(line))).toMatchObject(line.means);
  });

  it.each(ENTRIES)('%s, %s: keeps its meaning when this build writes it again', (_, _about, key, line) => {
    const codec = TOPIC_CODECS[key] as unknown as Codec;
    const again = codec.encode(codec.decode(bytesOf(line)) as never).finish();
    expect(read(key, again)).toEqual(read(key, bytesOf(line)));
  });

  it.each(ENTRIES)('%s, %s: is read by a build that does not know its newest fields', (_, _about, key, line) => {
    // A number in field 1,000, a text in field 1,001 and eight bytes in field 1,002: what this build does not know it leaves out.
    const later = Buffer.from('c03e07ca3e036e6577d13e0000000000002940', 'hex');
    expect(read(key, Buffer.concat([bytesOf(line), later]))).toEqual(read(key, bytesOf(line)));
  });

  it.each(KEYS)('%s: an event of an earlier shape has no value in fields that came later', (key) => {
    const lines = linesOf(key);
    const newest = lines.at(-1)!.shape;
    for (const line of lines.filter(({ shape }) => shape !== newest)) {
      expect(withoutNothing(read(key, bytesOf(line)))).toEqual(withoutNothing(line.means));
    }
  });

  it.each(KEYS)('%s: has a line with every field that its message has', (key) => {
    const message = REGISTRY.getMessage(`attune.events.v1.${TOPICS[key].message}`)!;
    const missing = new Set(fieldsOf(message));
    for (const line of linesOf(key)) {
      for (const field of setFieldsOf(reflect(message, fromBinary(message, bytesOf(line))))) missing.delete(field);
    }
    // A field is new: add a line of a new shape that has it, by libs/contracts/scripts/corpus-line.js.
    expect([...missing]).toEqual([]);
  });
});

const REGISTRY: Registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, readFileSync(join(ROOT, 'libs', 'contracts', 'descriptors', 'attune.binpb'))),
);

/** Every field of a message and of the messages within, as `attune.common.v1.Item.title`. */
function fieldsOf(message: DescMessage, known = new Set<string>()): Set<string> {
  for (const field of message.fields) {
    const name = `${message.typeName}.${field.name}`;
    if (known.has(name)) continue;
    known.add(name);
    if (field.message !== undefined && !isWellKnown(field.message)) fieldsOf(field.message, known);
  }
  return known;
}

/** Those fields that one message has set. */
function setFieldsOf(message: ReflectMessage): string[] {
  return message.fields.flatMap((field) => {
    if (!message.isSet(field)) return [];
    const name = `${message.desc.typeName}.${field.name}`;
    if (field.message === undefined || isWellKnown(field.message)) return [name];
    const value = message.get(field) as ReflectMessage | Iterable<ReflectMessage>;
    const within = field.fieldKind === 'list' ? [...(value as Iterable<ReflectMessage>)] : [value as ReflectMessage];
    return [name, ...within.flatMap(setFieldsOf)];
  });
}

const isWellKnown = ({ typeName }: DescMessage) => typeName.startsWith('google.protobuf.');

/** JSON without what says nothing: zeros, empty texts and lists, enums that are not specified. */
function withoutNothing(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutNothing);
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).map(([name, value]) => [name, withoutNothing(value)] as const);
  return Object.fromEntries(entries.filter(([, value]) => !saysNothing(value)));
}

function saysNothing(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return !value || (typeof value === 'string' && value.endsWith('_UNSPECIFIED'));
}
