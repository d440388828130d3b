import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Server } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';

/** Adds the standard reflection service (v1 and v1alpha), so that `buf curl` and `grpcurl` can list and call everything. */
export function addReflection(server: Server, serviceNames: readonly string[]): void {
  const contracts = dirname(require.resolve('@attune/contracts/package.json'));
  const descriptors = readFileSync(join(contracts, 'descriptors', 'attune.binpb'));
  const options = { services: [...serviceNames] };
  new ReflectionService(loadFileDescriptorSetFromBuffer(descriptors), options).addToServer(server);
}
