/**
 * Columns: the properties by which somebody filters or colours, read once each for all that is drawn.
 */
import { create } from 'zustand';
import { fetchValues, fetchWaitingFor, type RowsMeant } from '../../scene/fetching.ts';
import type { ToldValues as Column } from '../../scene/staged.ts';
import { isComparable } from './filter.ts';
import type { useKnown } from './known.ts';
import { readPastColumn } from './past-column.ts';
import { person } from './person.ts';

export type Read =
  | { readonly state: 'reading' /** agencies that have not answered yet, where that takes long enough to be told */; readonly waitingFor?: readonly string[] }
  | { readonly state: 'read'; readonly column: Column /** of the scene whose rows it has */; readonly rowsRevision: string | undefined }
  | { readonly state: 'refused' };

type Columns = { readonly rows: RowsMeant | undefined; readonly read: ReadonlyMap<string, Read> };

export const useColumns = create<Columns>()(() => ({ rows: undefined, read: new Map() }));

/** A column has four bytes a twin: the least recently asked for goes. */
const columnsMax = 6;

const put = (term: string, read: Read): void => {
  const next = new Map(useColumns.getState().read);
  next.delete(term);
  next.set(term, read);
  for (const oldest of [...next.keys()].slice(0, Math.max(0, next.size - columnsMax))) next.delete(oldest);
  useColumns.setState({ read: next });
};

const [againMs, triesMax] = [1_500, 20];

/** A range is brushed over numbers of its own unit. */
const unitOf = (term: string): string | undefined => person.get().filter.ranges.find((range) => range.term === term)?.unit;

const fetchColumn = (rows: RowsMeant, term: string, asOf: string | undefined): Promise<Column | 'refused' | undefined> =>
  asOf === undefined ? fetchValues(rows, { term, unit: unitOf(term) }) : readPastColumn({ rows, term, asOf, unit: unitOf(term) });

const lookMs = 700;

/** Who is waited for by now, where that is not what was said before: also that it is nobody any more. */
const putWaiting = (term: string, waitingFor: readonly string[]): void => {
  const before = useColumns.getState().read.get(term);
  if (before?.state === 'reading' && waitingFor.join() !== (before.waitingFor ?? []).join()) put(term, { state: 'reading', waitingFor });
};

/** While a column is waited for it is told for whom, never looked for twice at once; what is asked of the past is asked of all at once. Ends with the column. */
const tellWaiting = (rows: RowsMeant, term: string): (() => void) => {
  const stop = new AbortController();
  let isBusy = false;
  const look = async (): Promise<void> => {
    if (isBusy || person.get().asOf !== undefined || useColumns.getState().read.get(term)?.state !== 'reading') return;
    isBusy = true;
    const waitingFor = await fetchWaitingFor({ federation: rows.federation, term }, stop.signal);
    isBusy = false;
    if (waitingFor && !stop.signal.aborted && person.get().asOf === undefined) putWaiting(term, waitingFor);
  };
  const timer = setInterval(() => void look(), lookMs);
  return () => {
    clearInterval(timer);
    stop.abort();
  };
};

/** The node makes a column from what is drawn; while it still cuts that, it is asked again. */
const read = async (rows: RowsMeant, term: string): Promise<void> => {
  const stop = tellWaiting(rows, term);
  await readInTurns(rows, term).finally(stop);
};

const readInTurns = async (rows: RowsMeant, term: string): Promise<void> => {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const { asOf } = person.get();
    const column = await fetchColumn(rows, term, asOf);
    if (useColumns.getState().rows !== rows || person.get().asOf !== asOf) return;
    if (column === 'refused') return put(term, { state: 'refused' });
    if (column) return put(term, { state: 'read', column, rowsRevision: rows.rowsRevision });
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
  put(term, { state: 'refused' });
};

/** What an agency did not tell while it was silent may be told now, and another moment has other values; until they are here, what was read stays. */
export const readColumnsAgain = (): void => {
  const { rows, read: known } = useColumns.getState();
  if (rows) for (const term of known.keys()) void read(rows, term);
};

/** Where rows become other twins, all that was read is read again. */
const turnTo = (rows: RowsMeant): RowsMeant => {
  const { rows: before } = useColumns.getState();
  if (before?.federation === rows.federation && before.rowsRevision === rows.rowsRevision) return before;
  if (before?.federation === rows.federation) useColumns.setState({ rows });
  else useColumns.setState({ rows, read: new Map() });
  readColumnsAgain();
  return rows;
};

/** Whether it is there, or on its way, in the unit in which it is compared. Who chooses one anew that was refused asks anew. */
const isThere = (known: Read | undefined, term: string): boolean =>
  known !== undefined && known.state !== 'refused' && (known.state !== 'read' || isComparable({ unit: unitOf(term) }, known.column));

export const wantColumns = (wanted: RowsMeant, terms: readonly string[]): void => {
  const rows = turnTo(wanted);
  for (const term of terms) {
    if (isThere(useColumns.getState().read.get(term), term)) continue;
    put(term, { state: 'reading' });
    void read(rows, term);
  }
};

/** Undefined until it is read of these rows. */
export const columnOf = ({ read }: Pick<Columns, 'read'>, term: string, rowsRevision: string | undefined): Column | undefined => {
  const found = read.get(term);
  return found?.state === 'read' && found.rowsRevision === rowsRevision ? found.column : undefined;
};

export type PropertyChoice = { readonly id: string; readonly label: string; readonly unit: string | null };

/** Properties of the kinds that are there, by label. */
export const propertiesOf = (groups: ReturnType<typeof useKnown.getState>['groups'], kinds: readonly string[]): readonly PropertyChoice[] => {
  const fitting = groups.filter(
    ({ kind }) => kinds.length === 0 || kinds.includes(kind.id) || [...kind.broader, ...kind.sameAs].some(({ id }) => kinds.includes(id)),
  );
  const byId = new Map(fitting.flatMap(({ kind }) => kind.properties.map((property) => [property.id, property] as const)));
  return [...byId.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
};
