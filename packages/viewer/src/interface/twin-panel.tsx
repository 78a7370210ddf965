/**
 * Twin panel: everything that the federation says of one twin: each value with its unit, agency and age, what others say beside it, and what it is linked to.
 */
import type { Link, LinkEnd, Said, WholeTwin } from '../graphql/answers.ts';

type TwinPanelProps = {
  readonly id: string;
  readonly twin: WholeTwin | undefined;
  readonly reason: string | undefined;
  readonly onOpen: (id: string) => void;
  readonly onClose: () => void;
};

const charactersMax = 400;

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'no value';
  if (typeof value === 'number') return value.toLocaleString(undefined, { maximumFractionDigits: 3, useGrouping: 'min2' });
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, charactersMax);
};

/** An ISO 8601 duration in the one unit that a person would say. */
export const ageText = (age: string): string => {
  const [, days, hours, minutes, seconds] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(age) ?? [];
  if (days) return `${days} d old`;
  if (hours) return `${hours} h old`;
  if (minutes) return `${minutes} min old`;
  return seconds ? `${Math.round(Number(seconds))} s old` : age;
};

const Value = ({ said }: { readonly said: Said }) => (
  <div>
    <bdi>{textOf(said.value)}</bdi> {said.unit}
    <div className="soft">
      <bdi>{said.source.name}</bdi>, {ageText(said.age)}
      {said.flag !== 'MEASURED' && `, ${said.flag.toLowerCase()}`}
    </div>
  </div>
);

const otherEnd = ({ from, to }: Link, twin: WholeTwin): LinkEnd => (twin.representations.some(({ id }) => id === from.id) ? to : from);

const Links = ({ twin, onOpen }: { readonly twin: WholeTwin; readonly onOpen: (id: string) => void }) =>
  twin.links.nodes.length === 0 ? null : (
    <details open>
      <summary>{`Linked to ${twin.links.nodes.length}`}</summary>
      {twin.links.nodes.map((link) => {
        const end = otherEnd(link, twin);
        return (
          <button type="button" className="row" key={link.id} onClick={() => onOpen(end.id)}>
            <bdi className="name">{(end.name ?? end.id).slice(0, charactersMax)}</bdi>
            <bdi className="soft">{`${link.kind.label} · ${end.agency.name}`}</bdi>
          </button>
        );
      })}
    </details>
  );

const Values = ({ twin }: { readonly twin: WholeTwin }) => (
  <table>
    <tbody>
      {twin.properties.map(({ winner, alternatives, conflict }) => (
        <tr key={winner.term.id}>
          <th scope="row">
            <bdi>{winner.term.label}</bdi>
            {conflict && <div className="conflict">agencies disagree</div>}
          </th>
          <td>
            <Value said={winner} />
            {alternatives.map((said) => (
              <Value key={said.source.id} said={said} />
            ))}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

export const TwinPanel = ({ id, twin, reason, onOpen, onClose }: TwinPanelProps) => (
  <aside className="panel twin" aria-label="Selected twin">
    <button type="button" className="card" style={{ float: 'inline-end' }} onClick={onClose}>
      Close
    </button>
    <h2>
      <bdi>{(twin?.name ?? id).slice(0, charactersMax)}</bdi>
    </h2>
    {twin && (
      <p className="soft">
        <bdi>{twin.kind.label}</bdi> · <bdi>{twin.representations.map(({ agency }) => agency.name).join(', ')}</bdi>
      </p>
    )}
    {!twin && <p className="soft">{reason ?? 'Asking all agencies …'}</p>}
    {twin && <Values twin={twin} />}
    {twin && <Links twin={twin} onOpen={onOpen} />}
  </aside>
);
