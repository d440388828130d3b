/** The key prefix of a service: `serving:`, or `<namespace>:serving:` where fleets share one Redis. */
export function keyPrefixFor(namespace: string, service: string): string {
  return namespace === '' ? `${service}:` : `${namespace}:${service}:`;
}
