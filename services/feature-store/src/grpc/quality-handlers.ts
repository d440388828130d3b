import type { featureStore } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import type { QualityFinding } from '../domain/quality/findings';
import type { makeListDataQuality } from '../use-cases/list-data-quality';
import type { makeListProducers, ProducerReport } from '../use-cases/list-producers';
import type { makeSetProducerQuarantine } from '../use-cases/set-producer-quarantine';

type QualityHandlers = Pick<
  Handlers<featureStore.FeatureStoreServiceServer>,
  'listDataQuality' | 'listProducers' | 'setProducerQuarantine'
>;

/** What the handlers call. */
export interface QualityUseCases {
  readonly listDataQuality: ReturnType<typeof makeListDataQuality>;
  readonly listProducers: ReturnType<typeof makeListProducers>;
  readonly setProducerQuarantine: ReturnType<typeof makeSetProducerQuarantine>;
}

/** The RPCs about the quality of incoming data and its producers. */
export function qualityHandlers(use: QualityUseCases): QualityHandlers {
  return {
    listDataQuality: async (request, { signal }) => {
      const { findings, nextPageToken } = await use.listDataQuality(request, { signal });
      return { findings: findings.map(fromFinding), nextPageToken };
    },
    listProducers: async (request, { signal }) => {
      const { producers, nextPageToken } = await use.listProducers(request, { signal });
      return { producers: producers.map(fromProducer), nextPageToken };
    },
    setProducerQuarantine: async ({ producer, until, reason }, { signal }) => ({
      producer: fromProducer(
        await use.setProducerQuarantine({ producer, quarantinedUntil: until, reason }, { signal }),
      ),
    }),
  };
}

function fromFinding(finding: QualityFinding): featureStore.DataQualityFinding {
  return { ...finding, expected: finding.expected };
}

function fromProducer({ producer, quarantinedUntil, reason, ...counts }: ProducerReport): featureStore.Producer {
  return { name: producer, quarantinedUntil, quarantineReason: reason, ...counts };
}
