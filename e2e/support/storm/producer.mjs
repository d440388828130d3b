// A producer of interactions as a process of its own, which a storm can kill and freeze. It does what it is told over its channel:
// { call, address, interactions, delayMs } in, { call } out once the call was acknowledged. It tries until then.
import { createClient, SERVICES } from '@attune/contracts';

const DEADLINE_MS = 4_000;
const RETRY_MS = 50;
const addresses = process.argv.slice(2);
const clients = addresses.map((address) =>
  createClient({ definition: SERVICES['feature-store'].definition, address, caller: 'producer' }),
);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

process.on('message', async ({ call, interactions, delayMs, copies }) => {
  await wait(delayMs);
  // Dates travel as texts.
  for (const one of interactions) one.occurredAt = new Date(one.occurredAt);
  await Promise.all(Array.from({ length: copies }, () => sendUntilAcknowledged(call, interactions)));
  process.send({ call });
});
process.on('disconnect', () => process.exit());

async function sendUntilAcknowledged(call, interactions) {
  for (let attempt = call; ; attempt++) {
    const client = clients[attempt % clients.length];
    try {
      const { rejectedCount } = await client.recordInteractions(
        { interactions, producer: 'storm' },
        { deadlineMs: DEADLINE_MS },
      );
      if (rejectedCount === 0) return;
      throw new Error(`${rejectedCount} events of call ${call} were rejected`);
    } catch (error) {
      if (String(error).includes('rejected')) throw error;
      await wait(RETRY_MS);
    }
  }
}
