/**
 * Something that can say how well items suit users: higher is better, comparable within a user. What it cannot know (an item or a
 * user that it never saw) has a finite score too. Users and items are indices of the data set.
 */
export interface Scorer {
  /** Scores of all items, row by row: [users.length x itemCount]. The caller asks for a few hundred users at a time. */
  scoreAll(users: Int32Array): Promise<Float32Array>;
  /** The score of each pair (users[i], items[i]): [users.length]. For `ratings` models it is the predicted rating. */
  scorePairs(users: Int32Array, items: Int32Array): Promise<Float32Array>;
}
