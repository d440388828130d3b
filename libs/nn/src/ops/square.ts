import type { Tensor } from '../tensor';
import { multiply } from './arithmetic';

/** x * x. */
export function square(x: Tensor): Tensor {
  return multiply(x, x);
}
