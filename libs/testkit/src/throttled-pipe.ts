import type { Socket } from 'node:net';

/** How bytes flow just now; changed while they do. */
export interface Flow {
  isFrozen: boolean;
  delayMs: number;
  /** Called, and forgotten, when the flow is neither frozen nor slow any more. */
  readonly onThaw: Set<() => void>;
}

/** Hands on every piece of data in its order, as the flow allows. */
export function throttledPipe(
  from: Socket,
  to: Socket,
  { flow, isDelayed }: { readonly flow: Flow; readonly isDelayed: boolean },
): void {
  let last = Promise.resolve();
  from.on('data', (piece: Buffer) => {
    from.pause();
    last = last.then(() => pass(piece));
  });
  from.on('end', () => {
    last = last.then(() => void to.end());
  });

  async function pass(piece: Buffer): Promise<void> {
    if (isDelayed && flow.delayMs > 0) await delayed(flow);
    while (flow.isFrozen) await new Promise<void>((resolve) => flow.onThaw.add(resolve));
    if (to.destroyed) return;
    const hasRoom = to.write(piece);
    if (!hasRoom) await new Promise<void>((resolve) => void to.once('drain', resolve).once('close', () => resolve()));
    from.resume();
  }
}

/** Waits as long as the flow is slow, and no longer than it is. */
function delayed({ delayMs, onThaw }: Flow): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      onThaw.delete(end);
      resolve();
    };
    const timer = setTimeout(end, delayMs).unref();
    onThaw.add(end);
  });
}
