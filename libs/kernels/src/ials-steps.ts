/** A side of the matrix. */
export type Side = 'users' | 'items';

/** The steps of a training by their kind: which sides are solved, one after the other. */
export const IALS_STEPS = [['users'], ['items'], ['users', 'items']] as const satisfies readonly (readonly Side[])[];

/** The kinds of steps. */
export const [SOLVE_USERS, SOLVE_ITEMS, SOLVE_BOTH] = [0, 1, 2] as const;
