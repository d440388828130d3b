import { AppError } from '@attune/errors';
import { type InteractionTable, resolvePreferences, resolveRatings, type StrengthOf } from '@attune/interactions';
import type { ModelDefinition } from '@attune/recommenders';
import type { Measurement } from './evaluation';
import type { HoldOut } from './hold-out';
import { holdOutFor, mostAsked } from './measure';
import { baselineOpponent, measureBeside } from './measure-beside';
import { atMost, questionsSince } from './questions';
import { METRICS_K, protocolOf } from './trainers';
import { type StoredVersion, versionScorer } from './version-scorer';

/** What measuring a stored version needs. */
export interface MeasureVersionRequest {
  readonly definition: Pick<ModelDefinition, 'needs'>;
  readonly table: InteractionTable;
  readonly strengthOf: StrengthOf;
  readonly version: StoredVersion;
  readonly champion?: { readonly number: number; readonly stored: StoredVersion };
  /** Questions are what happened after this. */
  readonly askedFromMs: number;
  readonly mayAskWhatWasSeen: boolean;
  readonly metrics: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

const SEED = 1;
const SEEN =
  "nothing in the data set is newer than the versions' training: they have learned what they are asked, so the numbers say how well they remember";

/**
 * Measures a version as it is stored, beside the one in production and a baseline: where each thing that users did since ranks among all
 * items that they did not have. All answer for the same users and items; whom or what one of them does not know counts against it.
 */
export async function measureVersion(request: MeasureVersionRequest): Promise<Measurement> {
  const { definition, table, version, champion, askedFromMs } = request;
  const asked = ask(request);
  const { training: train, test } = asked.holdOut;
  const protocol = protocolOf(definition);
  const whom = { train, userKeys: table.users, itemIds: table.items };
  const { measurement } = await measureBeside({
    scorer: versionScorer(version, whom),
    opponents: [
      ...(champion === undefined
        ? []
        : [
            {
              name: String(champion.number),
              method: 'artifact',
              scorer: versionScorer(champion.stored, whom),
            } as const,
          ]),
      baselineOpponent(protocol, train),
    ],
    method: asked.method,
    caveat: asked.caveat,
    ...(asked.caveat === '' ? { askedFrom: new Date(askedFromMs) } : {}),
    ...{ protocol, train, test, ks: lengthsOf(request.metrics), metrics: request.metrics, seed: SEED },
    ...{ signal: request.signal, onProgress: request.onProgress },
  });
  return measurement;
}

interface Asked extends Pick<Measurement, 'method' | 'caveat'> {
  readonly holdOut: HoldOut;
}

function ask({ definition, table, strengthOf, askedFromMs, mayAskWhatWasSeen }: MeasureVersionRequest): Asked {
  const resolve = (rows: InteractionTable) =>
    protocolOf(definition) === 'ratings' ? resolveRatings(rows) : resolvePreferences(rows, strengthOf);
  const fresh = questionsSince(table, askedFromMs, resolve);
  if (fresh !== undefined) {
    const holdOut = atMost(fresh, { maxUsers: mostAsked(table.items.length), seed: SEED });
    return { holdOut, method: 'what users did after the training of the versions', caveat: '' };
  }
  const since = new Date(askedFromMs).toISOString();
  if (!mayAskWhatWasSeen) {
    throw new AppError(
      'failed_precondition.no_fresh_data',
      `nobody did anything new since ${since}, when the training of the versions ended: wait, or name a data set`,
    );
  }
  const seen = holdOutFor(definition, { interactions: resolve(table) }, SEED);
  if (seen === undefined) {
    throw new AppError('failed_precondition.dataset_too_small', 'the data set has nothing that could be asked about');
  }
  return { holdOut: seen, method: 'what each user did last', caveat: SEEN };
}

/** The lengths of lists that the metrics name; the usual one first. */
function lengthsOf(metrics: readonly string[]): readonly number[] {
  const named = metrics.flatMap((metric) => (metric.includes('@') ? [Number(metric.split('@')[1])] : []));
  return [...new Set([METRICS_K, ...named])];
}
