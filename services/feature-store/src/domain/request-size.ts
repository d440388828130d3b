import { AppError, type FieldViolation } from '@attune/errors';

/** Refuses a list that is empty or too long: nothing of the request is done. */
export function requireCount(field: string, count: number, max: number): void {
  if (count >= 1 && count <= max) return;
  const description = count === 0 ? 'must not be empty' : `must have at most ${max} elements, not ${count}`;
  throw invalid([{ field, description }]);
}

/** Refuses a request when there are violations, with all of them up to a readable number. */
export function requireNone(violations: readonly FieldViolation[]): void {
  if (violations.length > 0) throw invalid(violations);
}

const MAX_REPORTED = 100;

function invalid(violations: readonly FieldViolation[]): AppError {
  const first = violations[0]!;
  const more = violations.length > 1 ? `, and ${violations.length - 1} more` : '';
  return new AppError('invalid.request', `${first.field} ${first.description}${more}`, {
    violations: violations.slice(0, MAX_REPORTED),
  });
}
