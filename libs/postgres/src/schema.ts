import { AppError } from '@attune/errors';

/** The schema of a service: `feature_store`, or `<namespace>_feature_store` where fleets share one database. */
export function schemaFor(namespace: string, service: string): string {
  const name = service.replaceAll('-', '_');
  return checkedSchema(namespace === '' ? name : `${namespace}_${name}`);
}

/** A schema name that needs no quoting anywhere; refuses any other. */
export function checkedSchema(schema: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return schema;
  throw new AppError(
    'invalid.schema',
    `"${schema}" is not a schema name: use lower-case letters, digits and _, at most 63`,
  );
}
