const bytes = {
  requestSerialize: (message: Buffer) => message,
  requestDeserialize: (message: Buffer) => message,
  responseSerialize: (message: Buffer) => message,
  responseDeserialize: (message: Buffer) => message,
};

/** Takes and gives bytes that nobody looks at. */
export const WorkService = {
  work: { path: '/attune.bench.v1.WorkService/Work', requestStream: false, responseStream: false, ...bytes },
} as const;

export const WORK_RULES = { work: { roles: ['public'], effect: 'read' } } as const;

/** A logger that says nothing. */
export const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
