import { until } from '@attune/testkit';
import { Client } from 'pg';

const WORKING = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'attune%' ORDER BY state, pid";

/** Where backends are, and how one is chosen. */
export interface Backends {
  readonly url: string;
  readonly random: () => number;
}

/** Does something to a backend that works for a store; while the server comes back from the last strike, there is none. */
export async function withBackend(
  { url, random }: Backends,
  strike: (pid: number, client: Client) => Promise<void>,
): Promise<void> {
  const isStruck = async () => {
    await using client = await connected(url);
    const { rows } = await client.query<{ pid: number }>(WORKING);
    const victim = rows[Math.floor(random() * rows.length)];
    if (victim !== undefined) await strike(victim.pid, client);
    return victim !== undefined;
  };
  await until('a backend works for a store', () => isStruck().catch(() => false), { timeoutMs: 60_000 });
}

async function connected(url: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: url });
  // A server that goes away is what this is about.
  client.on('error', () => undefined);
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end().catch(() => undefined) });
}
