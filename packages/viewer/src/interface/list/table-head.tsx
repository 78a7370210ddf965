/**
 * Table head: what the columns are, and by which the twins are sorted.
 */
import type { TwinOrder } from '../../graphql/queries.ts';
import { Name } from '../words/name.tsx';

export type Head = {
  readonly key: string;
  readonly label: string;
  readonly order: TwinOrder | undefined;
  /** what its button does, in words */
  readonly sorts: string;
};

const isSame = (a: TwinOrder, b: TwinOrder | undefined): boolean => a.by === b?.by && a.term === b?.term;

const sortOf = (order: TwinOrder, own: TwinOrder | undefined): 'none' | 'ascending' | 'descending' =>
  isSame(order, own) ? (order.descending ? 'descending' : 'ascending') : 'none';

type TableHeadProps = { readonly heads: readonly Head[]; readonly order: TwinOrder; readonly onOrder: (order: TwinOrder) => void };

export const TableHead = ({ heads, order, onOrder }: TableHeadProps) => {
  const turned = (own: TwinOrder): TwinOrder => (isSame(order, own) ? { ...own, descending: !order.descending } : own);
  return (
    <div role="rowgroup" className="head">
      <div role="row" aria-rowindex={1} className="table-row">
        {heads.map(({ key, label, order: own, sorts }, at) => (
          <div key={key} role="columnheader" aria-colindex={at + 1} {...(own && { 'aria-sort': sortOf(order, own) })}>
            {own ? (
              <button type="button" className="sort" onClick={() => onOrder(turned(own))}>
                <Name text={label} />
                <span aria-hidden="true">{{ none: '', ascending: ' ▲', descending: ' ▼' }[sortOf(order, own)]}</span>
                <span className="unseen">{sorts}</span>
              </button>
            ) : (
              <Name text={label} />
            )}
          </div>
        ))}
      </div>
    </div>
  );
};
