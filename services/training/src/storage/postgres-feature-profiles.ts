import type { Database, Tx } from '@attune/postgres';
import type { ProfilePart } from '../domain/profile-features';
import type { ModelVersionRef } from '../domain/run';
import type { FeatureProfiles } from '../ports';

/** The profiles of versions in PostgreSQL. */
export class PostgresFeatureProfiles implements FeatureProfiles {
  constructor(private readonly database: Database) {}

  async of({ model, version }: Pick<ModelVersionRef, 'model' | 'version'>): Promise<readonly ProfilePart[]> {
    const { rows } = await this.database.query<ProfilePart>(
      'SELECT feature, part, kind, bytes FROM feature_profiles WHERE model = $1 AND version = $2 ORDER BY feature, part',
      [model, version],
    );
    return rows;
  }
}

/** Keeps the profile of a version, in the transaction that registers it. */
export async function addProfile(
  tx: Tx,
  { model, version }: ModelVersionRef,
  profile: readonly ProfilePart[] = [],
): Promise<void> {
  await tx.query(
    `INSERT INTO feature_profiles (model, version, feature, part, kind, bytes)
     SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[], $6::bytea[])`,
    [
      ...[model, version, profile.map(({ feature }) => feature), profile.map(({ part }) => part)],
      ...[profile.map(({ kind }) => kind), profile.map(({ bytes }) => Buffer.from(bytes))],
    ],
  );
}
