import { AppError } from '@attune/errors';
import { isContextual, type PolicyKind, type PolicyRules } from './policy-rules';

const MOST_REWARD = 1e12;

/** Throws `invalid.reward` for a reward that the kind cannot learn from: not finite, negative, or above 1 for thompson_beta. */
export function checkReward(kind: PolicyKind, reward: number): void {
  const most = kind === 'thompson_beta' ? 1 : MOST_REWARD;
  if (reward >= 0 && reward <= most) return;
  const description = `must be a number from 0 to ${most}${kind === 'thompson_beta' ? ' for thompson_beta' : ''}; it is ${reward}`;
  throw new AppError('invalid.reward', `reward ${description}`, { violations: [{ field: 'reward', description }] });
}

/** Throws `invalid.context` where a context has another length than the rules' names, or a component that is not finite (1e6 at most). */
export function checkContext(
  { kind, contextNames }: Pick<PolicyRules, 'kind' | 'contextNames'>,
  context: ArrayLike<number> | undefined,
): void {
  if (!isContextual(kind)) return;
  const found = context?.length ?? 0;
  if (found !== contextNames.length) {
    const description = `must have ${contextNames.length} components (${contextNames.join(', ')}); it has ${found}`;
    throw new AppError('invalid.context', `context ${description}`, {
      violations: [{ field: 'context', description }],
    });
  }
  const violations = contextNames.flatMap((name, at) =>
    Math.abs(context![at]!) <= 1e6
      ? []
      : [{ field: `context[${at}]`, description: `(${name}) must be at most 1e6 in size` }],
  );
  if (violations.length === 0) return;
  const said = violations.map(({ field, description }) => `${field} ${description}`).join('; ');
  throw new AppError('invalid.context', said, { violations });
}
