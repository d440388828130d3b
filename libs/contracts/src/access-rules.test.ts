import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { ACCESS_RULES, accessRuleOf } from './access-rules';
import { SERVICES, type ServiceName } from './services';

const DESCRIPTORS = join(__dirname, '..', 'descriptors', 'attune.binpb');

function declaredRpcs(): { path: string; input: string }[] {
  const { file } = fromBinary(FileDescriptorSetSchema, readFileSync(DESCRIPTORS));
  return file.flatMap((proto) =>
    proto.service.flatMap((service) =>
      service.method.map((method) => ({
        path: `/${proto.package}.${service.name}/${method.name}`,
        input: method.inputType.slice(1),
      })),
    ),
  );
}

function fieldsByMessage(): Map<string, string[]> {
  const { file } = fromBinary(FileDescriptorSetSchema, readFileSync(DESCRIPTORS));
  return new Map(
    file.flatMap((proto) =>
      proto.messageType.map(
        (message) => [`${proto.package}.${message.name}`, message.field.map((f) => f.name)] as const,
      ),
    ),
  );
}

describe('access rules', () => {
  it('has a rule for every RPC that the protos declare', () => {
    const rpcs = declaredRpcs();
    expect(rpcs.length).toBeGreaterThan(50);
    expect(rpcs.filter(({ path }) => accessRuleOf(path) === undefined)).toEqual([]);
  });

  it('has no rule for an RPC that does not exist', () => {
    for (const service of Object.keys(ACCESS_RULES) as ServiceName[]) {
      expect(Object.keys(ACCESS_RULES[service]).sort()).toEqual(Object.keys(SERVICES[service].definition).sort());
    }
  });

  it('says "request_id" exactly of the RPCs whose request carries one', () => {
    const fields = fieldsByMessage();
    for (const { path, input } of declaredRpcs()) {
      const carriesId = fields.get(input)!.includes('request_id');
      expect([path, accessRuleOf(path)!.effect === 'request_id']).toEqual([path, carriesId]);
    }
  });

  it('lets nobody but an operator erase or export a person', () => {
    expect(ACCESS_RULES['feature-store'].forgetUser.roles).toEqual(['operator']);
    expect(ACCESS_RULES['feature-store'].exportUser.roles).toEqual(['operator']);
  });
});
