/** A unimodal density on the real line, known up to a factor, with what quadrature needs to know of its smoothness. */
export interface Density {
  /** Where it is highest. */
  readonly center: number;
  /** Its width by the curvature there. */
  readonly scale: number;
  /** The logarithm of the density at x; 0 at the center. */
  logShape(x: number): number;
  /** How wide a panel of Gauss and Legendre's rule may be that begins at x. */
  panelWidth(x: number): number;
}

/** Widths below this part of the center's size cannot be told apart by floating point numbers near it. */
const LEAST_RELATIVE_SCALE = 1e-9;

function soundScale(center: number, scale: number): number {
  return Math.max(scale, LEAST_RELATIVE_SCALE * Math.abs(center), 1e-150);
}

/** Two standard deviations in the middle, more in the tails, where nothing happens. */
function widthByScale(center: number, scale: number, x: number): number {
  return 2 * scale * Math.max(1, Math.abs(x - center) / (3 * scale));
}

/** The normal density. */
export function normalDensity(mean: number, standardDeviation: number): Density {
  const scale = soundScale(mean, standardDeviation);
  return {
    center: mean,
    scale,
    logShape: (x) => {
      const z = (x - mean) / scale;
      return -0.5 * z * z;
    },
    panelWidth: (x) => widthByScale(mean, scale, x),
  };
}

/** Student's density with a location and a scale. degreesOfFreedom: at least 1. */
export function studentDensity(degreesOfFreedom: number, location: number, scaleGiven: number): Density {
  const scale = soundScale(location, scaleGiven);
  return {
    center: location,
    scale,
    logShape: (x) => {
      const z = (x - location) / scale;
      return -0.5 * (degreesOfFreedom + 1) * Math.log1p((z * z) / degreesOfFreedom);
    },
    panelWidth: (x) => {
      const z = (x - location) / scale;
      // its poles lie at z = +-i sqrt(degrees of freedom), and panels must stay smaller than the way there
      return Math.min(widthByScale(location, scale, x), 0.6 * scale * Math.sqrt(degreesOfFreedom + z * z));
    },
  };
}

/**
 * The density of y = log(x / (1 - x)) for x from Beta(a, b): a y - (a + b) log(1 + e^y) up to a constant. In this variable it is smooth
 * and log-concave for all a, b > 0, near normal for large ones, and has no poles at the ends where a or b is below 1.
 */
export function betaLogitDensity(a: number, b: number): Density {
  const total = a + b;
  const center = Math.log(a / b);
  const scale = soundScale(center, Math.sqrt(total / (a * b)));
  // outside of this range log(1 + e^y) is 0 or y, to 5 % of a unit of log density, and the density a plain exponential
  const reach = Math.log(Math.max(1, total)) + 3;
  // the deviation from the center in log1p keeps the digits that a y - (a + b) log(1 + e^y) cancels
  const mean = a / total;
  return {
    center,
    scale,
    logShape: (y) => {
      const d = y - center;
      return d <= 0
        ? a * d - total * Math.log1p(mean * Math.expm1(d))
        : -b * d - total * Math.log1p((1 - mean) * Math.expm1(-d));
    },
    panelWidth: (y) => {
      const outside = Math.max(0, Math.abs(y) - reach);
      return Math.min(Math.max(2, 0.5 * outside), widthByScale(center, scale, y));
    },
  };
}
