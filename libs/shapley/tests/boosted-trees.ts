/** A node of a tree as XGBoost dumps it. */
export type TreeNode =
  | { readonly leaf: number; readonly cover: number }
  | {
      readonly nodeid: number;
      readonly split: string;
      readonly split_condition: number;
      readonly yes: number;
      readonly no: number;
      readonly missing: number;
      readonly cover: number;
      readonly children: readonly (TreeNode & { readonly nodeid: number })[];
    };

/**
 * What a tree is expected to answer where only some features are known: at a split by an unknown feature both ways count by their
 * covers (Lundberg et al. 2020, "path-dependent"). Thresholds are compared in float32, as the library does.
 */
export function expectedLeaf(node: TreeNode, row: readonly number[], isKnown: (feature: number) => boolean): number {
  if ('leaf' in node) return node.leaf;
  const feature = Number(node.split.slice(1));
  const child = (id: number) => node.children.find(({ nodeid }) => nodeid === id)!;
  if (isKnown(feature)) {
    const goesYes = Math.fround(row[feature]!) < Math.fround(node.split_condition);
    return expectedLeaf(child(goesYes ? node.yes : node.no), row, isKnown);
  }
  return node.children.reduce((sum, next) => sum + (next.cover / node.cover) * expectedLeaf(next, row, isKnown), 0);
}
