/** One line of a panel. */
export interface Query {
  readonly expr: string;
  /** How its series are called: `{{service}}`. */
  readonly legend: string;
}

/** One picture. */
export interface Panel {
  readonly title: string;
  /** What it shows and what to look for. */
  readonly description: string;
  /** As Grafana calls it: `s`, `reqps`, `percentunit`, `bytes`, `short`. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** A number for now, where the past says little. */
  readonly isNumber?: boolean;
}

/** A page of panels; every panel can be limited to services where `hasServices`. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly Panel[];
}

const PANELS_PER_ROW = 2;
const WIDTH = 24 / PANELS_PER_ROW;
const HEIGHT = 8;
const DATASOURCE = { type: 'prometheus', uid: '$datasource' } as const;

/** A dashboard as Grafana reads it; the source of the data is chosen on the page. */
export function grafanaOf({ uid, title, description, panels }: Dashboard): object {
  return {
    uid: `attune-${uid}`,
    title: `Attune: ${title}`,
    description,
    tags: ['attune'],
    schemaVersion: 39,
    editable: false,
    time: { from: 'now-6h', to: 'now' },
    refresh: '1m',
    templating: {
      list: [
        { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
        {
          name: 'service',
          label: 'Service',
          type: 'query',
          datasource: DATASOURCE,
          query: 'label_values(up{job="attune"}, service)',
          includeAll: true,
          multi: true,
          allValue: '.*',
          refresh: 2,
        },
      ],
    },
    panels: panels.map(panelOf),
  };
}

function panelOf({ title, description, unit, queries, isNumber = false }: Panel, at: number): object {
  return {
    id: at + 1,
    type: isNumber ? 'stat' : 'timeseries',
    title,
    description,
    datasource: DATASOURCE,
    gridPos: {
      x: (at % PANELS_PER_ROW) * WIDTH,
      y: Math.floor(at / PANELS_PER_ROW) * HEIGHT,
      w: WIDTH,
      h: HEIGHT,
    },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: queries.map(({ expr, legend }, query) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + query),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      // a click on a point leads to the trace of a request that was as slow
      exemplar: expr.includes('_bucket'),
    })),
  };
}

const OF_SERVICE = 'service=~"$service"';

/** PromQL: a quantile of a histogram over five minutes, for each value of some labels. */
export function quantile(q: number, histogram: string, by: readonly string[], labels = OF_SERVICE): string {
  return `histogram_quantile(${q}, sum by (${[...by, 'le'].join(', ')}) (rate(${histogram}_bucket{${labels}}[5m])))`;
}

/** PromQL: how often a second, for each value of some labels. */
export function perSecond(counter: string, by: readonly string[], labels = OF_SERVICE): string {
  return `sum by (${by.join(', ')}) (rate(${counter}{${labels}}[5m]))`;
}
