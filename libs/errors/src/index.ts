export { AppError, type AppErrorDetails, type FieldViolation, isAppError, toAppError } from './app-error';
export {
  categoryOfGrpcStatus,
  ERROR_TABLE,
  type ErrorCategory,
  type ErrorCode,
  type ErrorRule,
  ruleOf,
} from './codes';
