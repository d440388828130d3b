import { AppError, isAppError } from '@attune/errors';
import type { ModelVersionRef, TrainingRun } from '../domain/run';
import type { ArtifactChecker, ArtifactFacts, EvaluationStore } from '../evaluation-ports';
import type { Clock, Dataset, ModelRegistry, TrainedArtifact } from '../ports';
import type { makePromoteModel } from './promote-model';

/** What registering needs. */
export interface RegisterVersionPorts {
  readonly artifacts: ArtifactChecker;
  readonly registry: ModelRegistry;
  readonly evaluations: EvaluationStore;
  readonly promoteModel: ReturnType<typeof makePromoteModel>;
  readonly publishStageChanges: () => Promise<unknown>;
  readonly clock: Clock;
}

/** What a run brings. */
export interface RegisterVersion {
  readonly run: TrainingRun;
  readonly dataset: Pick<Dataset, 'datasetId'>;
  /** When its data set was complete. */
  readonly readAt: Date;
  readonly artifact: TrainedArtifact;
  readonly signal: AbortSignal;
}

/** What became of it. */
export interface RegisteredVersion {
  readonly version: ModelVersionRef;
  readonly evaluationId?: string;
  /** What became of the promotion, for people; empty where none was asked for. */
  readonly promotion: string;
  readonly promoted: boolean;
}

/**
 * Takes what a run trained into the registry: only an artifact that passes every check, with the evaluation that the run made. Then
 * promotes it where the run asks for that and the evaluation speaks for it; otherwise it stays a candidate, and the run says why.
 */
export function makeRegisterVersion(ports: RegisterVersionPorts) {
  return async (request: RegisterVersion): Promise<RegisteredVersion> => {
    const { run, dataset, artifact, signal } = request;
    const facts = await ports.artifacts.check(artifact.digest, { signal });
    requireSame(facts, request);
    signal.throwIfAborted();
    const { ref } = await ports.registry.register(
      {
        ...{ model: run.model, kind: run.model, runId: run.runId, settings: run.settings },
        ...{ digest: artifact.digest, metrics: artifact.metrics, sizeBytes: artifact.sizeBytes },
        ...{ userCount: facts.userCount, itemCount: facts.itemCount },
        datasetId: dataset.datasetId,
        createdAt: ports.clock(),
        trainedTo: trainedTo(request),
        ...(artifact.profile === undefined ? {} : { profile: artifact.profile }),
      },
      run.actor,
    );
    const evaluationId = await keepEvaluation(ports, request, ref);
    const promotion = run.promote ? await tryToPromote(ports, run, ref) : { promotion: '', promoted: false };
    await ports.publishStageChanges();
    return { version: ref, ...promotion, ...(evaluationId === undefined ? {} : { evaluationId }) };
  };
}

function requireSame({ modelKind, datasetHash }: ArtifactFacts, { run, dataset, artifact }: RegisterVersion): void {
  if (modelKind === run.model && datasetHash === dataset.datasetId) return;
  throw new AppError(
    'data_loss.artifact',
    `manifest.json: artifact ${artifact.digest} is a "${modelKind}" of data set ${datasetHash}, and the run trained a "${run.model}" of ${dataset.datasetId}`,
  );
}

// Clocks of producers may be ahead: what the version learned counts, not only when it was read.
function trainedTo({ run, readAt, artifact }: RegisterVersion): Date {
  const { newestAtMs } = artifact;
  // rounded up: the store knows parts of a millisecond, and what was learned must not be asked
  if (newestAtMs !== undefined) return new Date(Math.ceil(newestAtMs));
  return run.to !== undefined && run.to < readAt ? run.to : readAt;
}

async function keepEvaluation(
  { evaluations, clock }: RegisterVersionPorts,
  { run, dataset, artifact }: RegisterVersion,
  ref: ModelVersionRef,
): Promise<string | undefined> {
  if (artifact.measurement === undefined) return undefined;
  // one per run: a run that is tried again keeps the evaluation of its first version
  const evaluationId = run.runId;
  const { datasetId } = dataset;
  await evaluations.save({
    ...artifact.measurement,
    ...{ evaluationId, ref, runId: run.runId, datasetId, createdAt: clock(), actor: run.actor },
  });
  return evaluationId;
}

async function tryToPromote(
  { promoteModel }: RegisterVersionPorts,
  { runId, model, actor, promotionTerms: terms }: TrainingRun,
  { version }: ModelVersionRef,
): Promise<Pick<RegisteredVersion, 'promotion' | 'promoted'>> {
  const reason = terms.reason || `run ${runId} asked for promotion`;
  try {
    const { grounds } = await promoteModel({ model, version, to: 'production', actor, reason, terms });
    return { promotion: `in production: ${grounds?.summary ?? 'it was there already'}`, promoted: true };
  } catch (error) {
    if (!isAppError(error, 'failed_precondition')) throw error;
    return { promotion: `stays a candidate: ${error.message}`, promoted: false };
  }
}
