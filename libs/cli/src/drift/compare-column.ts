import {
  type ColumnDrift,
  type DriftBounds,
  judgeCategorical,
  judgeNullRate,
  judgeNumeric,
  type NullPair,
  pairSorted,
} from '@attune/drift';
import { type SideView, sideOf } from './column-side';
import type { ColumnValues } from './column-values';
import type { FileColumn } from './file-drift';

/** From this share of numbers among its values on, a column is numeric. */
const LEAST_NUMERIC_SHARE = 0.95;
/** From this share of different values on, texts are names of single rows. */
const IDENTIFIER_SHARE = 0.5;

/** What ids, positions and times are called. */
const ROW_NAME = /(^|[_ .-])(id|ids|uuid|key|index|row|rowid|line|seq|sequence|time|timestamp|ts|date|datetime|at)$/i;
const CAMEL_ROW_NAME = /[a-z](Id|At|Time)$/;

/** A column of both files. */
interface Pair {
  readonly reference: ColumnValues;
  readonly current: ColumnValues;
}

interface Views {
  readonly reference: SideView;
  readonly current: SideView;
}

type Judgement = Pick<FileColumn, 'type' | 'verdict' | 'drifted' | 'effectSize' | 'reason' | 'tests'>;

/** Judges one column of two files. */
export function compareColumn(name: string, pair: Pair, bounds: DriftBounds): FileColumn {
  const type = typeOf(pair);
  const isNumeric = type === 'numeric';
  const views = { reference: sideOf(pair.reference, isNumeric), current: sideOf(pair.current, isNumeric) };
  const judgement =
    isNumeric && isRowNumber(name, pair)
      ? notJudged(type, nullPairOf(views), bounds, ROW_NUMBER)
      : judge(type, pair, views, bounds);
  return { name, ...judgement, reference: views.reference.side, current: views.current.side };
}

/** The type of the values that there are. */
function typeOf({ reference, current }: Pair): FileColumn['type'] {
  const types = [reference, current].filter(({ valueCount }) => valueCount > 0).map(typeOfSide);
  if (types.length === 0) return 'empty';
  return types.every((type) => type === types[0]) ? types[0]! : 'mixed';
}

/** Numeric where practically all values are numbers, and where most are and the texts are too many for categories. */
function typeOfSide(values: ColumnValues): 'numeric' | 'categorical' {
  const share = (values.numbers.count + values.infiniteCount) / values.valueCount;
  if (share >= LEAST_NUMERIC_SHARE) return 'numeric';
  return share > 0.5 && (values.categories === undefined || isIdentifier(values)) ? 'numeric' : 'categorical';
}

function judge(type: FileColumn['type'], pair: Pair, views: Views, bounds: DriftBounds): Judgement {
  const nulls = nullPairOf(views);
  switch (type) {
    case 'numeric': {
      const { reference, current } = views;
      return withTextNote(judgeNumeric(pairSorted(reference.sorted, current.sorted), nulls, bounds), pair);
    }
    case 'categorical': {
      const [reference, current] = [pair.reference.categories, pair.current.categories];
      if (reference === undefined || current === undefined) return notJudged(type, nulls, bounds, TOO_MANY);
      if (isIdentifier(pair.reference) || isIdentifier(pair.current)) return notJudged(type, nulls, bounds, IDENTIFIER);
      return judgeCategorical(reference, current, nulls, bounds);
    }
    case 'mixed':
      return judgeMixed(pair, nulls, bounds);
    case 'empty':
      return notJudged(type, nulls, bounds, 'neither file has a value in this column');
    default:
      return type satisfies never;
  }
}

const ROW_NUMBER =
  'by its name and its rising whole numbers this is a row number, an id or a time: its values are not compared';
const TOO_MANY = 'more than 10,000 different texts are identifiers or free text: their values are not compared';
const IDENTIFIER =
  'texts of which more than half are different are identifiers or free text: their values are not compared';

/** What can be said where values are not compared: the share of missing values. */
function notJudged(type: FileColumn['type'], nulls: NullPair, bounds: DriftBounds, reason: string): Judgement {
  const nullRate = judgeNullRate(nulls, bounds);
  const drifted = nullRate?.drifted === true;
  const words = drifted
    ? `missing values went from ${percent(nullRate.reference)} to ${percent(nullRate.current)}; `
    : '';
  return {
    type,
    verdict: drifted ? 'drift' : 'insufficient_data',
    drifted,
    effectSize: null,
    reason: `${words}${reason}`,
    tests: { nullRate },
  };
}

/** Numbers in one file and texts in the other: drift, if both are more than a few. */
function judgeMixed(pair: Pair, nulls: NullPair, bounds: DriftBounds): Judgement {
  const word = (values: ColumnValues) => (typeOfSide(values) === 'numeric' ? 'numbers' : 'texts');
  const isEnough = Math.min(pair.reference.valueCount, pair.current.valueCount) >= bounds.leastCount;
  const what = `the reference has mostly ${word(pair.reference)} (${texts(pair.reference)}), the current file ${word(pair.current)} (${texts(pair.current)})`;
  return {
    type: 'mixed',
    verdict: isEnough ? 'drift' : 'insufficient_data',
    drifted: isEnough,
    effectSize: null,
    reason: isEnough ? `the type has changed: ${what}` : `${what}; that is too little to judge`,
    tests: { nullRate: judgeNullRate(nulls, bounds) },
  };
}

function texts({ textCount, valueCount }: ColumnValues): string {
  return `${textCount} of ${valueCount} values are no numbers`;
}

function withTextNote(drift: ColumnDrift, { reference, current }: Pair): Judgement {
  const count = reference.textCount + current.textCount;
  if (count === 0) return drift;
  return { ...drift, reason: `${drift.reason}; ${count} cells are no numbers and count as missing` };
}

function nullPairOf({ reference, current }: Views): NullPair {
  const nullsOf = ({ side }: SideView) => ({ nulls: side.rowCount - side.count, all: side.rowCount });
  return { reference: nullsOf(reference), current: nullsOf(current) };
}

/** By its name and its values: a shifted range of whole numbers may be a measurement. */
function isRowNumber(name: string, { reference, current }: Pair): boolean {
  return (
    (ROW_NAME.test(name) || CAMEL_ROW_NAME.test(name)) &&
    [reference, current].every(({ isRising, numbers }) => isRising && numbers.count >= 20)
  );
}

function isIdentifier({ categories, valueCount }: ColumnValues): boolean {
  return categories !== undefined && valueCount >= 20 && categories.size > IDENTIFIER_SHARE * valueCount;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
