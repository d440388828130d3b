import { type AppError, ruleOf, toAppError } from '@attune/errors';
import type { ModelRef } from '../domain/decision';
import type {
  LoadedModel,
  ModelLoader,
  ModelPointers,
  ModelRegistry,
  PlacedModel,
  RefusedArtifact,
} from '../model-ports';
import type { Clock, Waiting } from '../ports';
import { modelLoaded, modelRefused } from '../telemetry';
import { placementOf, type StageChange, type Trial, type Trials } from '../trial-ports';

const REFUSED_KEPT = 20;
/** How long a failure that may pass, such as an object store that is away, waits for its next try. */
const RETRY_AFTER_MS = 5_000;
const ON_TRIAL: readonly string[] = ['canary', 'shadow'];

/** What following the models needs. */
export interface FollowModelsParts {
  readonly pointers: ModelPointers;
  readonly trials: Trials;
  readonly registry: ModelRegistry;
  readonly loader: ModelLoader;
  readonly clock: Clock;
  readonly logger: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

/** Keeps the models that serve, and those on trial, equal to those that should. */
export interface ModelFollower {
  /** A version changed its stage. */
  moved(change: StageChange, waiting: Waiting): Promise<void>;
  /** Ends a trial here and in all replicas, before anybody else hears of it. False where it is not what is on trial any more. */
  endTrial(trial: Trial, waiting: Waiting): Promise<void>;
  /** Asks the registry what stands where: what was moved while nobody listened. */
  askRegistry(waiting: Waiting): Promise<void>;
  /** Loads whatever should be here and is not, and takes off what should not. One at a time; it never throws for an artifact that cannot serve. */
  sync(waiting: Waiting): Promise<void>;
  /** Newest first. */
  refused(): readonly RefusedArtifact[];
}

/** Makes the use case. */
export function makeFollowModels({
  pointers,
  trials,
  registry,
  loader,
  clock,
  logger,
}: FollowModelsParts): ModelFollower {
  let refused: readonly RefusedArtifact[] = [];
  let running: Promise<void> = Promise.resolve();

  async function syncNow(waiting: Waiting): Promise<void> {
    const wanted = await wantedVersions(pointers, trials);
    // What leaves makes room for what comes. What is in production leaves only when another version takes its place.
    for (const { ref, stage } of loader.loaded()) {
      if (ON_TRIAL.includes(stage) && !wanted.some((one) => isSame(one.ref, ref))) takeOff(ref, stage);
    }
    for (const one of wanted) if (!isInPlace(one, loader.loaded()) && mayTry(one.ref)) await load(one, waiting);
  }

  function takeOff(ref: ModelRef, stage: string): void {
    if (loader.unload(ref)) logger.info({ model: ref, stage }, 'a version left: its trial is over');
  }

  async function load({ ref, placement }: PlacedModel, waiting: Waiting): Promise<void> {
    try {
      await loader.load(ref, placement, waiting);
      refused = refused.filter((entry) => entry.ref.digest !== ref.digest);
      modelLoaded(ref);
      logger.info({ model: ref, ...placement }, 'a model went live');
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
    async moved(change, waiting) {
      await keep(change, pointers, trials);
      await sync(waiting);
    },
    async endTrial({ ref, sequence }, waiting) {
      await trials.correct({ ref, stage: 'none', canaryShare: 0 }, sequence);
      await sync(waiting);
    },
    async askRegistry(waiting) {
      await correctAll(pointers, trials, registry, waiting);
      await sync(waiting);
    },
  };
}

/** What should be here. A version that is in production is so whatever is still said of its trial. */
async function wantedVersions(pointers: ModelPointers, trials: Trials): Promise<readonly PlacedModel[]> {
  const [serving, onTrial] = await Promise.all([pointers.all(), trials.all()]);
  const production = serving.map(
    ({ ref }): PlacedModel => ({ ref, placement: { stage: 'production', canaryShare: 0 } }),
  );
  const others = onTrial.flatMap((trial): PlacedModel[] => {
    const placement = placementOf(trial);
    const isServing = production.some(({ ref }) => isSame(ref, trial.ref));
    return placement === undefined || isServing ? [] : [{ ref: trial.ref, placement }];
  });
  return [...production, ...others];
}

async function keep({ ref, from, to, canaryShare, sequence }: StageChange, pointers: ModelPointers, trials: Trials) {
  if (to === 'production') await pointers.advance({ ref, sequence });
  if (to === 'canary' || to === 'shadow') await trials.advance({ ref, stage: to, canaryShare, sequence });
  else if (ON_TRIAL.includes(from)) await trials.advance({ ref, stage: 'none', canaryShare: 0, sequence });
}

/** Takes over what the registry says, but for what moved on while it was asked. */
async function correctAll(pointers: ModelPointers, trials: Trials, registry: ModelRegistry, waiting: Waiting) {
  const [serving, onTrial] = await Promise.all([pointers.all(), trials.all()]);
  const pointerOf = new Map(serving.map(({ ref, sequence }) => [ref.name, sequence]));
  const trialOf = (ref: ModelRef) => onTrial.find((trial) => isSame(trial.ref, ref));
  const standing = await registry.standing(waiting);
  for (const { ref, placement } of standing) {
    const { stage, canaryShare } = placement;
    if (stage === 'production') await pointers.correct(ref, pointerOf.get(ref.name) ?? 0);
    // What a guardrail ended is over, though the registry may not have heard of it yet.
    else if (trialOf(ref)?.stage !== 'none')
      await trials.correct({ ref, stage, canaryShare }, trialOf(ref)?.sequence ?? 0);
  }
  for (const { ref, stage, sequence } of onTrial) {
    const stands = standing.some((one) => isSame(one.ref, ref) && ON_TRIAL.includes(one.placement.stage));
    if (stage !== 'none' && !stands) await trials.correct({ ref, stage: 'none', canaryShare: 0 }, sequence);
  }
}

function isInPlace({ ref, placement }: PlacedModel, loaded: readonly LoadedModel[]): boolean {
  const { stage, canaryShare } = placement;
  return loaded.some((one) => isSame(one.ref, ref) && one.stage === stage && one.canaryShare === canaryShare);
}

function isSame(one: ModelRef, other: ModelRef): boolean {
  return one.name === other.name && one.digest === other.digest;
}
