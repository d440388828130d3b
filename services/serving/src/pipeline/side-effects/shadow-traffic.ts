import { AppError, toAppError } from '@attune/errors';
import type { ShadowOutcome } from '../../domain/decision';
import { overlapAt } from '../../domain/overlap';
import type { ItemCatalog } from '../../item-ports';
import type { BorrowedModel, ModelShelf } from '../../model-ports';
import { shadowAsked } from '../../telemetry';
import type { AskedModel, SideEffect } from '../parts';

/** How many of the best items are compared, and how many are named in the record. */
const COMPARED = 100;
const NAMED = 20;
/** So many slates may wait for shadows at once; when they are slower than slates come, the others go without. */
const MAX_IN_FLIGHT = 32;

/** Keeps a decision record back until more is known. */
export interface DecisionHolder {
  /** The record of this decision waits for what the shadows say; it must settle, and must not fail. */
  hold(decisionId: string, shadows: Promise<readonly ShadowOutcome[]>): void;
}

/** What mirroring needs. */
export interface ShadowTrafficParts {
  readonly models: Pick<ModelShelf, 'shadows'>;
  readonly catalog: Pick<ItemCatalog, 'idOf'>;
  readonly records: DecisionHolder;
  /** The share of the slates whose questions are asked again. */
  readonly shadowShare: number;
  /** How long a record waits for a shadow. */
  readonly shadowPatienceMs: number;
  /** Uniform in [0, 1). */
  readonly draw: () => number;
  /** Milliseconds from any fixed moment. */
  readonly stopwatch: () => number;
}

/** Asks shadows what the version that serves was asked, after the answer, and puts what they say into the decision record. */
export function shadowTraffic(parts: ShadowTrafficParts): SideEffect {
  let inFlight = 0;
  return {
    name: 'side_effects/shadows',
    description: 'asks versions in the stage "shadow" the same as the one that serves; nobody is shown what they say',
    after: (decision, asked) => {
      const questions = questionsFor(parts.models, asked);
      if (questions.length === 0) return;
      if (inFlight >= MAX_IN_FLIGHT || parts.draw() >= parts.shadowShare) return giveBack(questions);
      inFlight++;
      const outcomes = Promise.all(questions.map((question) => ask(parts, question))).finally(() => {
        inFlight--;
      });
      parts.records.hold(decision.decisionId, outcomes);
    },
  };
}

interface Question {
  readonly asked: AskedModel;
  readonly shadow: BorrowedModel;
}

/** The first question of each kind, for each shadow of the kind but one that answered it already, for an experiment. The shadows are borrowed. */
function questionsFor(models: Pick<ModelShelf, 'shadows'>, asked: readonly AskedModel[]): readonly Question[] {
  const first = asked.filter(({ kind }, index) => asked.findIndex((other) => other.kind === kind) === index);
  const questions = first.flatMap((one) => models.shadows(one.kind).map((shadow) => ({ asked: one, shadow })));
  const isItself = ({ asked: { ref }, shadow }: Question) => ref.digest === shadow.ref.digest;
  giveBack(questions.filter(isItself));
  return questions.filter((question) => !isItself(question));
}

function giveBack(questions: readonly Question[]): void {
  for (const { shadow } of questions) shadow[Symbol.dispose]();
}

async function ask(parts: ShadowTrafficParts, { asked, shadow: borrowed }: Question): Promise<ShadowOutcome> {
  using shadow = borrowed;
  const { ref: model } = shadow;
  const startedAt = parts.stopwatch();
  const count = Math.min(asked.count, COMPARED, shadow.itemCount);
  const outcome = await within(parts.shadowPatienceMs, async (signal) => {
    const asker = asked.askerOf(shadow);
    if (typeof asker === 'string') throw new AppError('failed_precondition.asker', asker);
    return shadow.retrieve(asker, count, { signal });
  });
  const latencyMs = parts.stopwatch() - startedAt;
  shadowAsked(model, outcome.code);
  const items = outcome.answer?.items ?? [];
  return {
    model,
    itemIds: Array.prototype.slice.call(items, 0, NAMED).map((item: number) => parts.catalog.idOf(item)),
    overlap: overlapAt(asked.items, items, COMPARED),
    latencyMs,
    code: outcome.code,
  };
}

async function within<T>(
  ms: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly answer?: T; readonly code: string }> {
  const signal = AbortSignal.timeout(ms);
  let onLate = () => {};
  const late = new Promise<never>((_, reject) => {
    onLate = () => reject(signal.reason);
    signal.addEventListener('abort', onLate, { once: true });
  });
  try {
    return { answer: await Promise.race([run(signal), late]), code: '' };
  } catch (error) {
    return { code: signal.aborted ? 'deadline.shadow' : toAppError(error).code };
  } finally {
    signal.removeEventListener('abort', onLate);
  }
}
