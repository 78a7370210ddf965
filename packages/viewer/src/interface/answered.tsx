/**
 * Answered: what a question found, by agency, beside the scene in which it is lit.
 */
import { type Answer, agencyOf } from './state/answer.ts';

type AnsweredProps = { readonly answer: Answer; readonly onOpen: (id: string) => void; readonly onClose: () => void };

const listedMax = 500;

const nameOfAgency = ({ sources }: Answer, id: string): string => sources.find(({ agency }) => agency.id === id)?.agency.name ?? id;

export const Answered = ({ answer, onOpen, onClose }: AnsweredProps) => {
  const twins = answer.sections.flatMap((section) => section.twins).slice(0, listedMax);
  const agencies = [...new Set(twins.map(({ id, agencies: known }) => known[0] ?? agencyOf(id) ?? ''))];
  return (
    <section className="panel layers" aria-label="Answer">
      <div className="row" style={{ cursor: 'default' }}>
        <strong className="name">{`${answer.ids.length} twins`}</strong>
        <button type="button" className="card" onClick={onClose}>
          Close
        </button>
      </div>
      {twins.length === 0 && <p className="row soft">Nothing was found; the sources below say who was asked.</p>}
      {agencies.map((agency) => (
        <details key={agency} open>
          <summary>
            <bdi>{nameOfAgency(answer, agency)}</bdi>
          </summary>
          {twins
            .filter(({ id, agencies: known }) => (known[0] ?? agencyOf(id) ?? '') === agency)
            .map(({ id, name, kind }) => (
              <button type="button" className="row" key={id} onClick={() => onOpen(id)}>
                <bdi className="name">{name.slice(0, 200)}</bdi>
                <span className="soft">{kind?.split(':').at(-1) ?? ''}</span>
              </button>
            ))}
        </details>
      ))}
    </section>
  );
};
