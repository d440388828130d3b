/** What a supervisor tells about the processes under it, for progress lines and logs. */
export type StackEvent =
  | { readonly type: 'starting'; readonly name: string }
  | { readonly type: 'ready'; readonly name: string; readonly durationMs: number; readonly detail?: string }
  | { readonly type: 'restarting'; readonly name: string; readonly reason: string; readonly delayMs: number }
  | { readonly type: 'stopping'; readonly name: string }
  | { readonly type: 'stopped'; readonly name: string; readonly durationMs: number }
  | { readonly type: 'notice'; readonly message: string };

/** Who listens to a supervisor. */
export type OnEvent = (event: StackEvent) => void;
