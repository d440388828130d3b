import { connectivityState, experimental, type Metadata, status } from '@grpc/grpc-js';
import { REQUEST_ID_HEADER } from '../../wire/metadata';
import type { CallTrail } from './call-trail';
import { EndpointBoard } from './endpoint-board';

const NAME = 'attune_least_busy';
/** New pods are found after so long; grpc-js itself asks the name again only when a connection ends. */
const RESOLVE_EVERY_MS = 10_000;

const boards = new Map<string, EndpointBoard>();
let boardCount = 0;

/** Makes the board of a client, and the piece of service configuration that gives it to the client's balancer. */
export function openBoard(): { board: EndpointBoard; policy: object; close: () => void } {
  const id = `board-${(boardCount += 1)}`;
  const board = new EndpointBoard();
  boards.set(id, board);
  return { board, policy: { [NAME]: { board: id } }, close: () => void boards.delete(id) };
}

class LeastBusyConfig implements experimental.TypedLoadBalancingConfig {
  constructor(readonly board: string) {}

  static createFromJson(given: { readonly board?: unknown }): LeastBusyConfig {
    return new LeastBusyConfig(String(given.board));
  }

  getLoadBalancerName(): string {
    return NAME;
  }

  toJsonObject(): object {
    return { [NAME]: { board: this.board } };
  }
}

interface Ready {
  readonly name: string;
  readonly leaf: experimental.LeafLoadBalancer;
}

/**
 * Keeps a connection to every endpoint of an address and sends each call to the one with the fewest calls open that is not
 * suspected to be frozen. Connecting, reconnecting, TLS and keepalive stay with grpc-js: this is a policy of its own kind
 * (gRFC A24 and `experimental.registerLoadBalancerType`).
 */
class LeastBusyBalancer implements experimental.LoadBalancer {
  readonly #leaves = new Map<string, experimental.LeafLoadBalancer>();
  readonly #helper: experimental.ChannelControlHelper;
  readonly #leafHelper: experimental.ChannelControlHelper;
  readonly #timer: NodeJS.Timeout;
  #board = new EndpointBoard();
  #isUpdating = false;
  #wasReady = false;
  #lastError = 'no address';

  constructor(helper: experimental.ChannelControlHelper) {
    this.#helper = helper;
    this.#leafHelper = experimental.createChildChannelControlHelper(helper, {
      updateState: (_state, _picker, message) => {
        if (message !== null) this.#lastError = message;
        this.#report();
      },
    });
    this.#timer = setInterval(() => helper.requestReresolution(), RESOLVE_EVERY_MS).unref();
  }

  updateAddressList(...args: Parameters<experimental.LoadBalancer['updateAddressList']>): boolean {
    const [found, config, options, note] = args;
    if (!(config instanceof LeastBusyConfig)) return false;
    this.#board = boards.get(config.board) ?? this.#board;
    if (!found.ok) {
      // What was known before is better than nothing.
      if (this.#leaves.size === 0) this.#fail(found.error.details);
      return true;
    }
    const named = new Map(found.value.map((endpoint) => [experimental.endpointToString(endpoint), endpoint]));
    this.#isUpdating = true;
    for (const [name, leaf] of this.#leaves) {
      if (named.has(name)) continue;
      leaf.destroy();
      this.#leaves.delete(name);
    }
    for (const [name, endpoint] of named) {
      const known = this.#leaves.get(name);
      if (known !== undefined) {
        known.updateEndpoint(endpoint, options);
        continue;
      }
      const leaf = new experimental.LeafLoadBalancer(endpoint, this.#leafHelper, options, note);
      this.#leaves.set(name, leaf);
      leaf.startConnecting();
    }
    this.#board.keepOnly(new Set(named.keys()));
    this.#isUpdating = false;
    this.#report();
    return named.size > 0;
  }

  exitIdle(): void {
    for (const leaf of this.#leaves.values()) leaf.exitIdle();
  }

  resetBackoff(): void {}

  destroy(): void {
    clearInterval(this.#timer);
    for (const leaf of this.#leaves.values()) leaf.destroy();
    this.#leaves.clear();
    this.#board.readyCount = 0;
  }

  getTypeName(): string {
    return NAME;
  }

  #report(): void {
    if (this.#isUpdating) return;
    const leaves = Array.from(this.#leaves, ([name, leaf]) => ({ name, leaf }));
    const inState = (state: connectivityState) => leaves.filter(({ leaf }) => leaf.getConnectivityState() === state);
    const ready = inState(connectivityState.READY);
    this.#board.readyCount = ready.length;
    if (this.#wasReady && ready.length < leaves.length) this.#helper.requestReresolution();
    this.#wasReady = ready.length > 0;
    if (ready.length > 0) {
      this.#helper.updateState(connectivityState.READY, new LeastBusyPicker(ready, this.#board), null);
    } else if (inState(connectivityState.CONNECTING).length > 0) {
      this.#helper.updateState(connectivityState.CONNECTING, new experimental.QueuePicker(this), null);
    } else if (inState(connectivityState.TRANSIENT_FAILURE).length > 0 || leaves.length === 0) {
      this.#fail(`no endpoint can be reached: ${this.#lastError}`);
    } else {
      this.#helper.updateState(connectivityState.IDLE, new experimental.QueuePicker(this), null);
    }
    // Connections that ended are opened again at once, not with the next call.
    for (const { leaf } of inState(connectivityState.IDLE)) leaf.exitIdle();
  }

  #fail(details: string): void {
    const picker = new experimental.UnavailablePicker({ details });
    this.#helper.updateState(connectivityState.TRANSIENT_FAILURE, picker, details);
  }
}

class LeastBusyPicker implements experimental.Picker {
  readonly #names: readonly string[];

  constructor(
    private readonly ready: readonly Ready[],
    private readonly board: EndpointBoard,
  ) {
    this.#names = ready.map(({ name }) => name);
  }

  pick(args: experimental.PickArgs): experimental.PickResult {
    // There is nothing to choose, so nothing to count.
    if (this.ready.length === 1) return this.ready[0]!.leaf.getPicker().pick(args);
    const trail = args.metadata.getOptions() as Partial<CallTrail>;
    const { name, leaf } = this.ready[this.board.choose(this.#names, trail.tried ?? [], performance.now())]!;
    const picked = leaf.getPicker().pick(args);
    if (picked.pickResultType !== experimental.PickResultType.COMPLETE) return picked;
    const load = this.board.of(name);
    const isStream = trail.isStream === true;
    let startedAtMs = 0;
    return {
      ...picked,
      onCallStarted: () => {
        startedAtMs = performance.now();
        load.started(startedAtMs, isStream);
        trail.tried?.push(name);
        picked.onCallStarted?.();
      },
      onCallEnded: (code, details, metadata) => {
        const nowMs = performance.now();
        if (wasAnswered(code, metadata)) load.answered(nowMs, { isStream, wasRefused: REFUSALS.has(code) });
        else load.abandoned(nowMs, { isStream, startedAtMs });
        picked.onCallEnded?.(code, details, metadata);
      },
    };
  }
}

const REFUSALS: ReadonlySet<status> = new Set([status.RESOURCE_EXHAUSTED, status.UNAVAILABLE]);

/** Whether a status came from the server. Those that grpc-js makes by itself bring no trailers. */
function wasAnswered(code: status, metadata: Metadata): boolean {
  return (code !== status.CANCELLED && code !== status.DEADLINE_EXCEEDED) || metadata.get(REQUEST_ID_HEADER).length > 0;
}

experimental.registerLoadBalancerType(NAME, LeastBusyBalancer, LeastBusyConfig);
