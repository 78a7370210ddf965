/**
 * Links: what a twin is linked to, within its agency and across, grouped by the agency at the other end.
 */
import type { WholeTwin } from '../../graphql/answers.ts';
import { type LinkedTo, linkedTo } from '../state/linked-to.ts';
import { person } from '../state/person.ts';
import { Name } from '../words/name.tsx';
import { readableId, spokenName } from '../words/telling.ts';
import { useWords } from '../words/words.ts';

const LinkRow = ({ linked: { link, end, isOutward } }: { readonly linked: LinkedTo }) => {
  const { say } = useWords();
  const hover = (id: string | undefined) => person.set({ hovered: id });
  return (
    <li>
      <button
        type="button"
        className="row"
        onClick={() => person.set({ selected: end.id, frame: end.id })}
        onPointerEnter={() => hover(end.id)}
        onPointerLeave={() => hover(undefined)}
        onFocus={() => hover(end.id)}
        onBlur={() => hover(undefined)}
      >
        {end.name === null ? (
          <Name className="name" text={readableId(end.id)} hint={end.id} />
        ) : (
          <Name className="name" text={spokenName(end.name, end.kind?.label ?? '')} />
        )}
        <span className="soft">
          {say(isOutward ? 'linkOutward' : 'linkInward', { kind: link.kind.label })}
          {end.kind && (
            <>
              {' · '}
              <Name text={end.kind.label} />
            </>
          )}
        </span>
      </button>
    </li>
  );
};

export const Links = ({ twin }: { readonly twin: WholeTwin }) => {
  const { say } = useWords();
  const linked = linkedTo(twin);
  const total = twin.links.totalCount ?? twin.links.nodes.length;
  if (linked.length === 0) return <p className="soft">{say('noLinks')}</p>;
  return (
    <section>
      <h3>{say('linkedTo', { n: linked.length })}</h3>
      {[...Map.groupBy(linked, ({ end }) => end.agency.id)].map(([agency, own]) => (
        <details key={agency} open={own.length <= 20}>
          <summary>
            <Name text={own[0]?.end.agency.name ?? agency} />{' '}
            <span className="soft">
              {own.length}
              {own[0]?.crosses && ` · ${say('otherAgency')}`}
            </span>
          </summary>
          <ul>
            {own.map((each) => (
              <LinkRow key={each.link.id} linked={each} />
            ))}
          </ul>
        </details>
      ))}
      {total > twin.links.nodes.length && <p className="soft">{say('moreLinks', { n: total - twin.links.nodes.length })}</p>}
    </section>
  );
};
