import { type AppError, ruleOf, toAppError } from '@attune/errors';
import type { ModelRef } from '../domain/decision';
import type {
  Clock,
  ModelLoader,
  ModelPointer,
  ModelPointers,
  ModelRegistry,
  RefusedArtifact,
  Waiting,
} from '../ports';
import { modelLoaded, modelRefused } from '../telemetry';

const REFUSED_KEPT = 20;
/** How long a failure that may pass, such as an object store that is away, waits for its next try. */
const RETRY_AFTER_MS = 5_000;

/** What following the models needs. */
export interface FollowModelsParts {
  readonly pointers: ModelPointers;
  readonly registry: ModelRegistry;
  readonly loader: ModelLoader;
  readonly clock: Clock;
  readonly logger: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

/** Keeps the models that serve equal to those that should. */
export interface ModelFollower {
  /** A version went into production. */
  promoted(pointer: ModelPointer, waiting: Waiting): Promise<void>;
  /** Asks the registry what is in production: what was promoted while nobody listened. */
  askRegistry(waiting: Waiting): Promise<void>;
  /** Loads whatever should serve and does not. One at a time; it never throws for an artifact that cannot serve. */
  sync(waiting: Waiting): Promise<void>;
  /** Newest first. */
  refused(): readonly RefusedArtifact[];
}

/** Makes the use case. */
export function makeFollowModels({ pointers, registry, loader, clock, logger }: FollowModelsParts): ModelFollower {
  let refused: readonly RefusedArtifact[] = [];
  let running: Promise<void> = Promise.resolve();

  async function syncNow(waiting: Waiting): Promise<void> {
    const wanted = await pointers.all();
    for (const { ref } of wanted) {
      if (!isLoaded(ref) && mayTry(ref)) await load(ref, waiting);
    }
  }

  async function load(ref: ModelRef, waiting: Waiting): Promise<void> {
    try {
      await loader.load(ref, waiting);
      refused = refused.filter((entry) => entry.ref.digest !== ref.digest);
      modelLoaded(ref);
      logger.info({ model: ref }, 'a model went live');
    } catch (error) {
      if (!waiting.signal.aborted) refuse(ref, toAppError(error));
    }
  }

  function refuse(ref: ModelRef, problem: AppError): void {
    const others = refused.filter((entry) => entry.ref.digest !== ref.digest);
    refused = [{ ref, refusedAt: clock(), problem }, ...others].slice(0, REFUSED_KEPT);
    modelRefused(ref, problem.code);
    logger.warn({ err: problem, model: ref }, 'a model was refused; the one before it serves on');
  }

  function isLoaded({ name, digest }: ModelRef): boolean {
    return loader.loaded().some(({ ref }) => ref.name === name && ref.digest === digest);
  }

  // What is wrong with an artifact stays wrong: it has a digest. Whatever else failed may work the next time.
  function mayTry({ digest }: ModelRef): boolean {
    const last = refused.find((entry) => entry.ref.digest === digest);
    if (last === undefined) return true;
    const mayPass = ruleOf(last.problem.code).onConsume === 'retry';
    return mayPass && clock().getTime() - last.refusedAt.getTime() >= RETRY_AFTER_MS;
  }

  function sync(waiting: Waiting): Promise<void> {
    const next = running.then(() => syncNow(waiting));
    running = next.catch(() => undefined);
    return next;
  }

  return {
    sync,
    refused: () => refused,
    async promoted(pointer, waiting) {
      await pointers.advance(pointer);
      await sync(waiting);
    },
    async askRegistry(waiting) {
      const before = new Map((await pointers.all()).map(({ ref, sequence }) => [ref.name, sequence]));
      for (const ref of await registry.inProduction(waiting)) await pointers.correct(ref, before.get(ref.name) ?? 0);
      await sync(waiting);
    },
  };
}
