import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { type DescriptorProto, type FileDescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';

/** The files of a descriptor set, found by name or by any symbol that they declare. Files keep their bytes as they are. */
export class DescriptorIndex {
  readonly #files = new Map<string, { bytes: Uint8Array; dependencies: readonly string[] }>();
  readonly #fileOfSymbol = new Map<string, string>();

  /** `files`: each one a serialized `FileDescriptorProto`. */
  constructor(files: Iterable<Uint8Array>) {
    for (const bytes of files) {
      const file = fromBinary(FileDescriptorProtoSchema, bytes);
      if (this.#files.has(file.name)) continue;
      this.#files.set(file.name, { bytes, dependencies: file.dependency });
      for (const symbol of symbolsOf(file)) this.#fileOfSymbol.set(symbol, file.name);
    }
  }

  /** The bytes of a file and of everything that it imports; `undefined` where there is no such file. */
  byName(name: string): Uint8Array[] | undefined {
    if (!this.#files.has(name)) return undefined;
    const names = new Set([name]);
    // A set grows while it is walked, so this reaches imports of imports.
    for (const each of names) for (const next of this.#files.get(each)?.dependencies ?? []) names.add(next);
    return [...names].flatMap((each) => this.#files.get(each)?.bytes ?? []);
  }

  /** The same for the file that declares a message, enum, service or method by its full name. */
  bySymbol(symbol: string): Uint8Array[] | undefined {
    const name = this.#fileOfSymbol.get(symbol);
    return name === undefined ? undefined : this.byName(name);
  }
}

function symbolsOf(file: FileDescriptorProto): string[] {
  const inPackage = (name: string) => (file.package === '' ? name : `${file.package}.${name}`);
  return [
    ...file.messageType.flatMap((message) => messageSymbols(message, inPackage(message.name))),
    ...file.enumType.map(({ name }) => inPackage(name)),
    ...file.service.flatMap((service) => {
      const name = inPackage(service.name);
      return [name, ...service.method.map((method) => `${name}.${method.name}`)];
    }),
  ];
}

function messageSymbols(message: DescriptorProto, name: string): string[] {
  return [
    name,
    ...message.enumType.map((nested) => `${name}.${nested.name}`),
    ...message.nestedType.flatMap((nested) => messageSymbols(nested, `${name}.${nested.name}`)),
  ];
}

/** The serialized files of a serialized `FileDescriptorSet`. */
export function filesOfSet(set: Uint8Array): Uint8Array[] {
  const reader = new BinaryReader(set);
  const files: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) files.push(reader.bytes());
    else reader.skip(wireType);
  }
  return files;
}
