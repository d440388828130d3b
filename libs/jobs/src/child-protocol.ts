/** What the parent sends to the child: its input, once. Cancellation comes as SIGTERM. */
export interface StartMessage {
  readonly type: 'start';
  readonly input: unknown;
}

/** An error on its way from the child: the fields of an `AppError`, or of any error when there is no code. */
export interface ErrorData {
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly violations?: readonly { readonly field: string; readonly description: string }[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What the child sends to the parent: any number of `progress`, then one `result` or one `error`. */
export type ChildMessage =
  | { readonly type: 'progress'; readonly value: unknown }
  | { readonly type: 'result'; readonly output: unknown }
  | { readonly type: 'error'; readonly error: ErrorData };
