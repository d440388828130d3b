import { meter } from '@attune/telemetry';

const client = meter('attune.client');
const resends = client.counter('attune.client.resends', {
  unit: '{call}',
  description: 'Calls that failed with UNAVAILABLE: sent again, or not because too many fail',
});
const hedges = client.counter('attune.client.hedges', {
  unit: '{call}',
  description:
    'Calls whose answer was slow: sent a second time and which answer came first, or not because too many are',
});

/** A failed call was sent again, or would have been if fewer were failing. */
export function resent(method: string, outcome: 'sent' | 'throttled'): void {
  resends.add(1, { 'rpc.method': method, 'attune.outcome': outcome });
}

/** A slow call was sent a second time and the second answer came first, or it was not sent. */
export function hedgeEnded(method: string, outcome: 'sent' | 'won' | 'throttled'): void {
  hedges.add(1, { 'rpc.method': method, 'attune.outcome': outcome });
}
