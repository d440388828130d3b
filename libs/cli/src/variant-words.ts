/** Variants with their experiments, for instance `new-blend: v1, green-button: on`. */
export function variantWords(variants: readonly { readonly experimentId: string; readonly variant: string }[]): string {
  return variants.map(({ experimentId, variant }) => `${experimentId}: ${variant}`).join(', ');
}
