import { agreementOf, type Purpose } from '../domain/consent';
import { socialProof } from '../domain/social-proof';
import type { Clock, Waiting } from '../ports';
import type {
  ConsentKeeper,
  FolloweeReader,
  Likes,
  LikesReader,
  RelationKeeper,
  ToldProof,
  UserDirectory,
} from '../user-ports';

/** The people whom a user followed last count; more would cost every slate. */
const MOST_FOLLOWEES = 100;

/** What reading social proof needs. */
export interface ReadSocialProofParts {
  readonly followees: FolloweeReader;
  readonly likes: LikesReader;
  readonly directory: UserDirectory;
  readonly keeper: Pick<RelationKeeper, 'remember'>;
  readonly consents: Pick<ConsentKeeper, 'remember'>;
  readonly clock: Clock;
}

/**
 * Makes the use case: what people liked lately whom a user follows. Nothing is told of what somebody did who refuses personalization;
 * while nobody can say whether somebody does, nothing is told of them either.
 */
export function makeReadSocialProof(parts: ReadSocialProofParts) {
  const { followees, likes, directory, keeper, consents, clock } = parts;

  async function whomFollows(userId: string, waiting: Waiting): Promise<readonly string[]> {
    const kept = await followees.followeesOf(userId, MOST_FOLLOWEES);
    if (kept !== undefined) return kept;
    const relations = await directory.relationsOf(userId, waiting);
    // The log may have said something lately that the feature-store has not heard of. Unless it is kept it is asked for again: the
    // slate does not fail with that.
    const joined = keeper.remember(userId, relations).then(() => followees.followeesOf(userId, MOST_FOLLOWEES));
    return (await joined.catch(() => undefined)) ?? relations.followees.slice(0, MOST_FOLLOWEES);
  }

  async function mayBeTold({ userId, refused, deeds }: Likes, waiting: Waiting): Promise<boolean> {
    if (deeds.length === 0) return false;
    const known = refused ?? (await whatRefuses(userId, waiting).catch(() => undefined));
    return known !== undefined && agreementOf(known) === 'agreed';
  }

  async function whatRefuses(userId: string, waiting: Waiting): Promise<readonly Purpose[]> {
    const refused = await directory.refusedBy(userId, waiting);
    consents.remember(userId, refused).catch(() => undefined);
    return refused;
  }

  return async function readSocialProof(userId: string, waiting: Waiting): Promise<ToldProof> {
    const people = await whomFollows(userId, waiting);
    if (people.length === 0) return { proofs: [], people };
    const found = await likes.likesOf(people);
    const told = await Promise.all(found.map((one) => mayBeTold(one, waiting)));
    const mayBe = found.filter((_, at) => told[at]);
    const proofs = socialProof(
      mayBe.map(({ deeds }) => deeds),
      clock().getTime(),
    );
    return { proofs, people: mayBe.map((one) => one.userId) };
  };
}
