import { create, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';

const PACKAGE = '.grpc.health.v1';

const text = (name: string, number: number) => ({ name, number, type: Type.STRING, label: Label.OPTIONAL });
const message = (name: string, number: number, typeName: string, label = Label.OPTIONAL) => ({
  name,
  number,
  typeName: `${PACKAGE}.${typeName}`,
  type: Type.MESSAGE,
  label,
});
const rpc = (name: string, input: string, output: string, serverStreaming = false) => ({
  name,
  inputType: `${PACKAGE}.${input}`,
  outputType: `${PACKAGE}.${output}`,
  serverStreaming,
});

/**
 * grpc/health/v1/health.proto as reflection needs it. Written out here, because the descriptor that grpc-health-check can
 * give has been through protobufjs, which loses the full names of types.
 */
export function healthDescriptor(): Uint8Array {
  const file = create(FileDescriptorProtoSchema, {
    name: 'grpc/health/v1/health.proto',
    package: 'grpc.health.v1',
    syntax: 'proto3',
    messageType: [
      { name: 'HealthCheckRequest', field: [text('service', 1)] },
      healthCheckResponse(),
      { name: 'HealthListRequest' },
      healthListResponse(),
    ],
    service: [
      {
        name: 'Health',
        method: [
          rpc('Check', 'HealthCheckRequest', 'HealthCheckResponse'),
          rpc('List', 'HealthListRequest', 'HealthListResponse'),
          rpc('Watch', 'HealthCheckRequest', 'HealthCheckResponse', true),
        ],
      },
    ],
  });
  return toBinary(FileDescriptorProtoSchema, file);
}

function healthCheckResponse() {
  const typeName = `${PACKAGE}.HealthCheckResponse.ServingStatus`;
  const names = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
  return {
    name: 'HealthCheckResponse',
    field: [{ name: 'status', number: 1, typeName, type: Type.ENUM, label: Label.OPTIONAL }],
    enumType: [{ name: 'ServingStatus', value: names.map((name, number) => ({ name, number })) }],
  };
}

function healthListResponse() {
  return {
    name: 'HealthListResponse',
    field: [message('statuses', 1, 'HealthListResponse.StatusesEntry', Label.REPEATED)],
    nestedType: [
      {
        name: 'StatusesEntry',
        field: [text('key', 1), message('value', 2, 'HealthCheckResponse')],
        options: { mapEntry: true },
      },
    ],
  };
}
