/**
 * Twin table: the twins that the scene shows, as rows that can be sorted; the same filter, the same selection, all by keyboard.
 */
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import type { TwinRow } from '../../graphql/answers.ts';
import type { TwinOrder } from '../../graphql/queries.ts';
import { propertiesOf } from '../state/columns.ts';
import { useTwinCount } from '../state/counting.ts';
import { useKnown } from '../state/known.ts';
import { person, usePerson } from '../state/person.ts';
import { missingIn } from '../state/sources-line.ts';
import { useWords } from '../words/words.ts';
import { movedBy } from './keys.ts';
import { type Head, TableHead } from './table-head.tsx';
import { TableRow } from './table-row.tsx';
import { type Listed, useListed, useNothing } from './use-listed.ts';
import { type Pages, usePages } from './use-pages.ts';
import { useRows } from './use-rows.ts';

/** Where there is no address, twins come last in either direction. */
const addressTerm = 'city:address';

const useHeads = (terms: readonly string[]): readonly Head[] => {
  const { say } = useWords();
  const groups = useKnown((state) => state.groups);
  return useMemo(() => {
    const properties = propertiesOf(groups, []);
    const labelled = terms.map(
      (term): Head => ({ key: term, label: properties.find(({ id }) => id === term)?.label ?? term, order: { term }, sorts: say('sort') }),
    );
    return [
      { key: 'name', label: say('name'), order: { by: 'NAME' }, sorts: say('sort') },
      { key: 'kind', label: say('kind'), order: { by: 'KIND' }, sorts: say('sort') },
      { key: 'agency', label: say('agency'), order: undefined, sorts: '' },
      { key: 'where', label: say('where'), order: { term: addressTerm }, sorts: say('sortByAddress') },
      ...labelled,
    ];
  }, [groups, terms, say]);
};

const TableState = ({ pages, total }: { readonly pages: Pages; readonly total: number | undefined }) => {
  const { say, list } = useWords();
  const { rows, state, sources } = pages;
  const nothing = useNothing(sources);
  const missing = missingIn(sources);
  return (
    <p className="soft table-state" role="status">
      {state === 'asking' && say('askingAll')}
      {state === 'refused' && say('listRefused')}
      {(state === 'more' || state === 'all') && rows.length === 0 && say(nothing)}
      {state !== 'asking' && rows.length > 0 && (total === undefined ? say('rowsShown', { n: rows.length }) : say('rowsOf', { shown: rows.length, n: total }))}
      {missing.length > 0 && <strong className="warn"> {say('without', { names: list(missing) })}</strong>}
    </p>
  );
};

const takeKeys =
  (rows: readonly TwinRow[], at: number, go: (next: number) => void) =>
  (event: KeyboardEvent): void => {
    // keys of the buttons in its head are not the table's
    if (event.target !== event.currentTarget) return;
    const next = movedBy(event.key, at, rows.length);
    const twin = rows[at];
    if (next !== undefined) {
      event.preventDefault();
      go(next);
      person.set({ hovered: rows[next]?.id });
    } else if (event.key === 'Enter' && twin) person.set({ selected: twin.id, frame: twin.id });
  };

const useCountedPages = (listed: Listed, orderBy: TwinOrder) => {
  const counted = useTwinCount();
  const pages = usePages(useMemo(() => ({ ...listed, orderBy }), [listed, orderBy]));
  return { pages, total: pages.total ?? counted };
};

export const TwinTable = () => {
  const { say } = useWords();
  const listed = useListed();
  const [order, setOrder] = useState<TwinOrder>({ by: 'NAME' });
  const { pages, total } = useCountedPages(listed, order);
  const heads = useHeads(listed.terms);
  const selected = usePerson((state) => state.selected);
  const { box, rows, at, setAt } = useRows(pages);
  const id = useId();
  const key = takeKeys(pages.rows, at, (next) => {
    setAt(next);
    rows.scrollToIndex(next);
  });
  return (
    <>
      <TableState pages={pages} total={total} />
      <div
        id="list"
        ref={box}
        className={`table terms-${listed.terms.length}`}
        role="grid"
        tabIndex={0}
        aria-label={say('table')}
        aria-rowcount={total === undefined ? -1 : total + 1}
        aria-colcount={heads.length}
        {...(pages.rows.length > 0 && { 'aria-activedescendant': `${id}-${at}` })}
        onKeyDown={key}
      >
        <TableHead heads={heads} order={order} onOrder={setOrder} />
        <div className="rows" role="rowgroup" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const twin = pages.rows[index];
            if (!twin) return null;
            return (
              <TableRow
                key={twin.id}
                id={`${id}-${index}`}
                twin={twin}
                terms={listed.terms}
                index={index}
                top={start}
                isActive={index === at}
                isChosen={twin.id === selected}
                onTake={setAt}
              />
            );
          })}
        </div>
      </div>
    </>
  );
};
