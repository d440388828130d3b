import { type AddressInfo, createServer } from 'node:net';

/** So many loopback ports that were free a moment ago, all different: for what must be told where its peers will listen. */
export async function freePorts(count: number): Promise<readonly number[]> {
  // Held all at once, so that the system cannot give one of them twice.
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
