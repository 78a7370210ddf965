/**
 * Federation map: who takes part, how each line stands, how late and how old: as a picture, and as a list that says the same.
 */
import './members.css';
import { ExchangeLog } from '../federation/log.tsx';
import { Panel } from '../frame/panel.tsx';
import { DrawnInPart } from '../look/drawn-in-part.tsx';
import { labelOf, type MemberSpot, toSpots, twinsOf } from '../state/federation-drawing.ts';
import { agencyName, useKnown } from '../state/known.ts';
import { useLearning } from '../state/learning.ts';
import { person, usePerson } from '../state/person.ts';
import { millisecondsOf, plainText } from '../words/format.ts';
import { Name } from '../words/name.tsx';
import { type Key, useWords } from '../words/words.ts';
import { LinesTable } from './lines-table.tsx';

const standingKeys = {
  well: 'standsWell',
  silent: 'standsSilent',
  joining: 'standsJoining',
  gone: 'standsGone',
} as const satisfies Readonly<Record<MemberSpot['standing'], Key>>;

const [scale, initiatorCharacters] = [3.6, 17] as const;

const SpotName = ({ spot }: { readonly spot: MemberSpot }) => {
  const { anchor, dx, dy, characters } = labelOf(spot);
  return (
    <text data-anchor={anchor} x={spot.x * scale + dx} y={spot.y * scale + dy}>
      {plainText(spot.name, characters)}
    </text>
  );
};

/** A line that is whole, broken, dotted or hardly there: told apart without colour. */
const Spot = ({ spot }: { readonly spot: MemberSpot }) => (
  <g className={`spot ${spot.standing}`}>
    <line x1={50 * scale} y1={50 * scale} x2={spot.x * scale} y2={spot.y * scale} />
    <circle cx={spot.x * scale} cy={spot.y * scale} r={spot.standing === 'silent' ? 11 : 9} />
    {spot.standing === 'silent' && (
      <text className="sign" x={spot.x * scale} y={spot.y * scale + 5}>
        !
      </text>
    )}
    <SpotName spot={spot} />
  </g>
);

const Picture = ({ spots, initiator }: { readonly spots: readonly MemberSpot[]; readonly initiator: string }) => (
  <svg className="federation-map" viewBox="-46 0 452 360" aria-hidden="true">
    {spots.map((spot) => (
      <Spot key={spot.id} spot={spot} />
    ))}
    <circle className="initiator" cx={50 * scale} cy={50 * scale} r="14" />
    <text x={50 * scale} y={50 * scale + 30}>
      {plainText(initiator, initiatorCharacters)}
    </text>
  </svg>
);

const MemberLine = ({ spot: { id, name, standing, lastSeen, latency, age, twins } }: { readonly spot: MemberSpot }) => {
  const words = useWords();
  const { say } = words;
  const chosen = usePerson(({ filter }) => filter.agencies.includes(id));
  return (
    <li className={`member ${standing}`}>
      <Name className="name" text={name} />
      <strong className={standing === 'well' ? 'well' : 'warn'}>{say(standingKeys[standing])}</strong>
      <DrawnInPart agency={id} />
      <span className="soft">
        {say('twinCount', { n: twins })}
        {standing === 'well' && latency && ` · ${say('answersIn', { time: words.seconds(millisecondsOf(latency)) })}`}
        {age && ` · ${say('oldestValue', { age: words.age(age) })}`}
        {standing === 'silent' && lastSeen && ` · ${say('lastKnown', { time: words.instant(lastSeen) })}`}
      </span>
      <button type="button" className="quiet" aria-pressed={chosen} onClick={() => person.filterBy('agencies', id)}>
        {say('onlyThese')}
      </button>
    </li>
  );
};

/** Where the node takes part in several. */
const Choice = () => {
  const { say } = useWords();
  const federations = useLearning((state) => state.federations);
  const federation = usePerson((state) => state.federation);
  if (federations.length < 2) return null;
  return (
    <label className="field">
      <span>{say('federation')}</span>
      <select value={federation ?? ''} onChange={({ target }) => person.set({ federation: target.value, selected: undefined, question: undefined })}>
        {federations.map(({ id, name }) => (
          <option key={id} value={id}>
            {plainText(name, 80)}
          </option>
        ))}
      </select>
    </label>
  );
};

/** Said where the reader's own clock shows another time. */
const ZoneLine = () => {
  const { say, zoneElsewhere } = useWords();
  const zone = zoneElsewhere();
  return zone !== undefined && <p className="soft">{say('timesOf', { zone })}</p>;
};

export const FederationMap = () => {
  const { say } = useWords();
  const known = useKnown();
  const { federation, groups } = known;
  const spots = toSpots({ ...known, nameOf: (id) => agencyName(known, id) });
  const silent = spots.filter(({ standing }) => standing === 'silent').length;
  return (
    <Panel name={say('federation')} side="start" title={<Name text={federation?.name ?? say('federation')} />} onClose={() => person.open(undefined)}>
      <Choice />
      {federation && (
        <>
          <p className={silent > 0 ? 'warn' : 'soft'}>
            {say('membersSaid', { n: spots.length + 1 })} {silent === 0 ? say('allWell') : say('silentCount', { n: silent })}
          </p>
          <ZoneLine />
          {spots.length > 0 && <Picture spots={spots} initiator={federation.initiator.name} />}
          <ul className="members">
            <li className="member well">
              <Name className="name" text={federation.initiator.name} />
              <strong>{say('initiator')}</strong>
              <DrawnInPart agency={federation.initiator.id} />
              <span className="soft">{say('twinCount', { n: twinsOf(groups, federation.initiator.id) })}</span>
            </li>
            {spots.map((spot) => (
              <MemberLine key={spot.id} spot={spot} />
            ))}
          </ul>
          <LinesTable federation={federation.id} />
          <ExchangeLog federation={federation.id} />
        </>
      )}
    </Panel>
  );
};
