import type { featureStore } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import type { makeExportUser } from '../use-cases/export-user';
import type { ErasureNews, makeForgetUser } from '../use-cases/forget-user';

type PrivacyHandlers = Pick<Handlers<featureStore.FeatureStoreServiceServer>, 'forgetUser' | 'exportUser'>;

/** What the handlers call. */
export interface PrivacyUseCases {
  readonly forgetUser: ReturnType<typeof makeForgetUser>;
  readonly exportUser: ReturnType<typeof makeExportUser>;
}

/** The RPCs by which people take their data away, or with them. */
export function privacyHandlers(use: PrivacyUseCases): PrivacyHandlers {
  return {
    forgetUser: async function* ({ userId }, { signal }) {
      for await (const news of use.forgetUser(userId, { signal })) yield fromNews(news);
    },
    exportUser: async function* ({ userId }, { signal }) {
      for await (const lines of use.exportUser(userId, { signal })) yield { jsonLines: Buffer.from(lines) };
    },
  };
}

function fromNews(news: ErasureNews): featureStore.ForgetUserResponse {
  const { erasureId, done } = news;
  const { service, receipt } = news.done ? { service: '', receipt: new Uint8Array(0) } : news;
  return { erasureId, done, service, receipt: Buffer.from(receipt), erasedCounts: { ...news.erasedCounts } };
}
