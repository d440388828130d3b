import type { ObjectStore } from '@attune/object-store';
import type { HistoryPart } from '../../history-ports';
import type { CallOptions } from '../../ports';
import { ArchiveFile } from './archive-file';
import { ARCHIVE_TABLES, type ArchiveRow } from './archive-table';
import { fileName, folderOf, type Manifest, type ManifestFile } from './manifest';
import { usersIn } from './pseudonyms';
import { userFilterOf } from './user-filter';

/** A file is closed when it is so long or has so many rows: it fits in memory several times, and its hash takes some milliseconds. */
const MAX_FILE_BYTES = 16 << 20;
const MAX_FILE_ROWS = 500_000;

/** Writes one file of a part. */
export class FileWriter {
  readonly #table;
  readonly #file: ArchiveFile;
  readonly #users = new Set<string>();

  constructor(
    private readonly objects: ObjectStore,
    private readonly part: HistoryPart,
    private readonly name: string,
  ) {
    this.#table = ARCHIVE_TABLES[part.table];
    this.#file = new ArchiveFile(this.#table.columns);
  }

  get isFull(): boolean {
    return this.#file.sizeBytes >= MAX_FILE_BYTES || this.#file.rowCount >= MAX_FILE_ROWS;
  }

  /** Adds rows as one group. */
  add(rows: readonly ArchiveRow[]): void {
    this.#file.addGroup(rows);
    for (const row of rows) for (const user of usersIn(this.part.table, row)) this.#users.add(user);
  }

  /** Stores the file; undefined where it has no rows. */
  async finish(options: CallOptions = {}): Promise<ManifestFile | undefined> {
    const { rowCount } = this.#file;
    if (rowCount === 0) return undefined;
    const key = folderOf(this.part) + this.name;
    const { sha256, sizeBytes } = await this.objects.put(key, this.#file.finish(), options);
    return { name: this.name, sha256, sizeBytes, rowCount, users: userFilterOf(this.#users) };
  }
}

/** Writes all files of a part, one after the other. */
export class PartWriter {
  readonly #files: ManifestFile[] = [];
  readonly #span: Span;
  #file: FileWriter;
  #index = 0;

  constructor(
    private readonly objects: ObjectStore,
    private readonly part: HistoryPart,
    /** Called between two files, and ends the work by throwing. */
    private readonly betweenFiles: () => Promise<void>,
    private readonly options: CallOptions = {},
  ) {
    this.#span = new Span(part);
    this.#file = this.#nextFile();
  }

  /** Adds rows as one group. */
  async add(rows: readonly ArchiveRow[]): Promise<void> {
    this.#file.add(rows);
    this.#span.add(rows);
    if (!this.#file.isFull) return;
    await this.#close();
    await this.betweenFiles();
  }

  /** Stores what is left and tells what the manifest says. */
  async finish(): Promise<Omit<Manifest, 'formatVersion'>> {
    await this.#close();
    const { table, day } = this.part;
    return { table, day, revision: 0, ...this.#span.toJSON(), columns: columnsOf(this.part), files: this.#files };
  }

  async #close(): Promise<void> {
    const file = await this.#file.finish(this.options);
    if (file !== undefined) this.#files.push(file);
    this.#file = this.#nextFile();
  }

  #nextFile(): FileWriter {
    return new FileWriter(this.objects, this.part, fileName(this.#index++, 0));
  }
}

function columnsOf({ table }: HistoryPart): Record<string, string> {
  return Object.fromEntries(ARCHIVE_TABLES[table].columns.map(({ name, type }) => [name, type]));
}

/** How many rows there are, and between which numbers and times. */
export class Span {
  rowCount = 0;
  readonly #happenedAt: string;
  #seq = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };
  #us = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };

  constructor({ table }: HistoryPart) {
    this.#happenedAt = ARCHIVE_TABLES[table].happenedAt;
  }

  add(rows: readonly ArchiveRow[]): void {
    this.rowCount += rows.length;
    for (const row of rows) {
      widen(this.#seq, row.known_seq as number);
      widen(this.#us, row[this.#happenedAt] as number);
    }
  }

  toJSON(): Pick<Manifest, 'rowCount' | 'knownSeq' | 'happened'> {
    const isEmpty = this.rowCount === 0;
    const time = (us: number, round: (ms: number) => number) => new Date(round(us / 1_000)).toISOString();
    return {
      rowCount: this.rowCount,
      knownSeq: isEmpty ? null : { ...this.#seq },
      happened: isEmpty ? null : { first: time(this.#us.first, Math.floor), last: time(this.#us.last, Math.ceil) },
    };
  }
}

function widen(span: { first: number; last: number }, value: number): void {
  if (value < span.first) span.first = value;
  if (value > span.last) span.last = value;
}
