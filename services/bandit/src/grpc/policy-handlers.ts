import type { bandit } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import { page, pageSize, placeOf } from '@attune/paging';
import type { PolicyStore } from '../ports';
import type { makeCreatePolicy } from '../use-cases/create-policy';
import type { makeGetPolicy } from '../use-cases/get-policy';
import { throwNotFound } from '../use-cases/policy-book';
import type { makeUpdatePolicy } from '../use-cases/update-policy';
import { definitionOf, reasonOf, toChange, toPolicy } from './mapping';

type PolicyHandlers = Pick<
  Handlers<bandit.BanditServiceServer>,
  'createPolicy' | 'updatePolicy' | 'getPolicy' | 'listPolicies' | 'listPolicyChanges'
>;

/** Handlers of the RPCs about what policies are. */
export function makePolicyHandlers(use: {
  readonly createPolicy: ReturnType<typeof makeCreatePolicy>;
  readonly updatePolicy: ReturnType<typeof makeUpdatePolicy>;
  readonly getPolicy: ReturnType<typeof makeGetPolicy>;
  readonly policies: PolicyStore;
}): PolicyHandlers {
  return {
    createPolicy: async ({ policy }, { caller = 'unknown' }) => ({
      policy: toPolicy(await use.createPolicy(definitionOf(policy), caller)),
    }),
    updatePolicy: async (request, { caller: actor = 'unknown' }) => {
      const basedOnVersion = request.policy?.version ?? 0;
      const update = { definition: definitionOf(request.policy), basedOnVersion, reason: reasonOf(request), actor };
      return { policy: toPolicy(await use.updatePolicy(update)) };
    },
    getPolicy: async ({ policy: name }) => {
      const { policy, statistics } = await use.getPolicy(name);
      return { policy: toPolicy(policy, statistics) };
    },
    listPolicies: async (request) => {
      const size = pageSize(request.pageSize, 50);
      const after = placeOf(request.pageToken, 'policies')?.[0];
      const found = await use.policies.list({
        ...(after === undefined ? {} : { after: String(after) }),
        limit: size + 1,
      });
      const placeAfter = ({ name }: { name: string }) => [name];
      const { rows, nextPageToken } = page(found, { size, question: 'policies', placeAfter });
      return { policies: rows.map((policy) => toPolicy(policy)), nextPageToken };
    },
    listPolicyChanges: async ({ policy, pageSize: asked, pageToken }) => {
      const size = pageSize(asked, 50);
      const question = `changes:${policy}`;
      const before = placeOf(pageToken, question)?.[0];
      const found = await use.policies.changes({
        policy,
        ...(before === undefined ? {} : { beforeSequence: Number(before) }),
        limit: size + 1,
      });
      if (found.length === 0 && before === undefined) throwNotFound(policy);
      const { rows, nextPageToken } = page(found, { size, question, placeAfter: ({ sequence }) => [sequence] });
      return { changes: rows.map(toChange), nextPageToken };
    },
  };
}
