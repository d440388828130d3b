import { EndpointLoad } from './endpoint-load';

/** What one client knows of the endpoints behind its address, by their `host:port`. */
export class EndpointBoard {
  /** How many endpoints are connected. */
  readyCount = 0;
  readonly #loads = new Map<string, EndpointLoad>();
  #turn = 0;

  /** The load of an endpoint. */
  of(endpoint: string): EndpointLoad {
    let load = this.#loads.get(endpoint);
    if (load === undefined) this.#loads.set(endpoint, (load = new EndpointLoad()));
    return load;
  }

  /** Forgets endpoints that are no longer behind the address. */
  keepOnly(endpoints: ReadonlySet<string>): void {
    for (const endpoint of this.#loads.keys()) if (!endpoints.has(endpoint)) this.#loads.delete(endpoint);
  }

  /**
   * The place among `ready` of the endpoint to ask: one that this call was not sent to before, that is not suspect, and that has
   * the fewest calls open; in turn among equals.
   */
  choose(ready: readonly string[], tried: readonly string[], nowMs: number): number {
    this.#turn = (this.#turn + 1) % ready.length;
    let best = this.#turn;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let step = 0; step < ready.length; step += 1) {
      const place = (this.#turn + step) % ready.length;
      const endpoint = ready[place]!;
      const load = this.of(endpoint);
      const cost = (tried.includes(endpoint) ? 2e9 : 0) + (load.isSuspect(nowMs) ? 1e9 : 0) + load.load(nowMs);
      if (cost < bestCost) {
        best = place;
        bestCost = cost;
      }
    }
    return best;
  }
}
