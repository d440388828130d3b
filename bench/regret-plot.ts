// A plot of cumulative regret as SVG: for bandit-regret.bench.ts.

/** One algorithm: what it lost up to each round, and what the reference did. */
export interface RegretLine {
  readonly label: string;
  readonly values: Float64Array;
  readonly reference: Float64Array;
}

/** One world. */
export interface RegretPanel {
  readonly title: string;
  readonly lines: readonly RegretLine[];
}

const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];
const [WIDTH, HEIGHT, LEFT, TOP, GAP] = [360, 260, 46, 34, 70];
const POINTS = 120;

/** The panels side by side: solid lines are the library, dashed ones the reference. */
export function regretPlot(panels: readonly RegretPanel[]): string {
  const width = LEFT + panels.length * (WIDTH + GAP);
  const height = TOP + HEIGHT + 44;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    '<title>Cumulative regret per algorithm</title>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...panels.map((panel, at) => panelOf(panel, LEFT + at * (WIDTH + GAP))),
    '</svg>\n',
  ].join('\n');
}

function panelOf({ title, lines }: RegretPanel, left: number): string {
  const rounds = lines[0]!.values.length;
  const most = Math.max(...lines.flatMap(({ values, reference }) => [values.at(-1)!, reference.at(-1)!]));
  const x = (round: number) => ((round + 1) / rounds) * WIDTH;
  const y = (value: number) => HEIGHT - (value / most) * (HEIGHT - 8);
  const path = (values: Float64Array) => {
    const at = Array.from({ length: POINTS }, (_, point) => Math.round(((point + 1) / POINTS) * rounds) - 1);
    return `M0 ${HEIGHT}${at.map((round) => `L${x(round).toFixed(1)} ${y(values[round]!).toFixed(1)}`).join('')}`;
  };
  const ticks = [0, 1, 2, 3, 4].map((quarter) => {
    const [value, round] = [(most * quarter) / 4, (rounds * quarter) / 4];
    return (
      `<path d="M0 ${y(value).toFixed(1)}H${WIDTH}" stroke="#e5e5e5"/>` +
      `<text x="-6" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toFixed(0)}</text>` +
      `<text x="${(x(round - 1)).toFixed(1)}" y="${HEIGHT + 16}" text-anchor="middle">${round}</text>`
    );
  });
  const drawn = lines.map(({ label, values, reference }, at) => {
    const color = COLORS[at % COLORS.length]!;
    return (
      `<path d="${path(reference)}" fill="none" stroke="${color}" stroke-dasharray="4 3" opacity="0.6"/>` +
      `<path d="${path(values)}" fill="none" stroke="${color}" stroke-width="1.8"/>` +
      `<text x="8" y="${14 + 14 * at}" fill="${color}">${label}</text>`
    );
  });
  return [
    `<g transform="translate(${left} ${TOP})">`,
    `<text x="0" y="-14" font-size="12" font-weight="bold">${title}</text>`,
    ...ticks,
    ...drawn,
    `<text x="${WIDTH / 2}" y="${HEIGHT + 34}" text-anchor="middle">rounds; solid: Attune, dashed: reference</text>`,
    '</g>',
  ].join('\n');
}
