import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AccessRule, headerOf, type Role } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { Metadata } from '@grpc/grpc-js';

const ROLES: readonly string[] = ['public', 'internal', 'operator'] satisfies Role[];

/** The tokens that a server knows, by digest: looking up a digest takes no longer for a nearly right token. */
export type Tokens = ReadonlyMap<string, Role>;

const digestOf = (token: string) => createHash('sha256').update(token).digest('base64');

/** Reads a file of tokens: a JSON object from token to role. */
export function readTokens(file: string): Tokens {
  const wrong = (what: string, cause?: unknown) =>
    new AppError('invalid.settings', `the file of tokens ${file} ${what}`, { cause });
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw wrong('cannot be read as JSON', cause);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw wrong('must hold one object from token to role');
  }
  return new Map(
    Object.entries(content).map(([token, role]) => {
      if (!ROLES.includes(role)) throw wrong(`gives a role that does not exist; the roles are ${ROLES.join(', ')}`);
      if (token.length < 16) throw wrong('has a token of fewer than 16 characters');
      return [digestOf(token), role as Role];
    }),
  );
}

/** Refuses a caller whose token is missing, unknown or of another role than the rule allows. */
export function authorize(tokens: Tokens, rule: AccessRule, metadata: Metadata): void {
  const token = /^Bearer (\S+)$/i.exec(headerOf(metadata, 'authorization') ?? '')?.[1];
  if (token === undefined) {
    throw new AppError('unauthenticated.token_missing', 'send a token in the header "authorization: Bearer <token>"');
  }
  const role = tokens.get(digestOf(token));
  if (role === undefined) throw new AppError('unauthenticated.token_unknown', 'the token is not known here');
  if (!rule.roles.includes(role)) {
    throw new AppError(
      'permission.role',
      `the role "${role}" may not make this call; it takes ${rule.roles.join(' or ')}`,
    );
  }
}
