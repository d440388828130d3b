import { table } from '../output';
import type { FileColumn, FileDrift } from './file-drift';

/** Drift between files for people: a line per column, then why. */
export function fileDriftLines(drift: FileDrift): string[] {
  const rows = drift.columns.map((column) => [
    column.name,
    column.type,
    column.verdict.replace('_', ' '),
    ...testCells(column),
    `${short(column.reference.mean)} > ${short(column.current.mean)}`.replace(/^ > $/, ''),
    `${percent(column.reference.nullRate)} > ${percent(column.current.nullRate)}`,
  ]);
  const header = ['column', 'type', 'verdict', 'PSI', 'KS', 'Wasserstein', "Cramer's V", 'p', 'mean', 'missing'];
  const told = drift.columns.filter(({ verdict }) => verdict !== 'no_drift');
  return [
    drift.summary,
    '',
    ...table(header, rows),
    ...(told.length > 0 ? ['', ...told.map(({ name, reason }) => `${name}: ${reason}.`)] : []),
    ...(drift.newColumns.length > 0 ? ['', `Columns that the reference lacks: ${drift.newColumns.join(', ')}.`] : []),
    ...drift.warnings.map((warning) => `Warning: ${warning}.`),
  ];
}

function testCells({ tests }: FileColumn): string[] {
  const { psi, ks, wasserstein, chiSquare } = tests;
  return [
    short(psi?.value),
    short(ks?.statistic),
    short(wasserstein?.normalized),
    short(chiSquare?.cramersV),
    short(ks?.pValue ?? chiSquare?.pValue),
  ];
}

function short(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(Number(value.toPrecision(3)));
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
