/**
 * Toolbar: which parts of the window are open, and how the page looks and speaks.
 */
import { useState } from 'react';
import { announce } from '../state/announcing.ts';
import { isNarrow } from '../state/filter.ts';
import { useKnown } from '../state/known.ts';
import { minuteAnywhere } from '../state/moment.ts';
import { goOn, pause, usePausedSince } from '../state/pausing.ts';
import { type ListName, type PanelName, person, usePerson } from '../state/person.ts';
import { isLanguage, type Key, languages, useWords } from '../words/words.ts';
import { shownIn } from '../words/zone.ts';
import { Icon, type IconName } from './icon.tsx';

/** `warns`: that something is wrong, and not only in force */
type Mark = { readonly said: string; readonly warns: boolean };

type ToolProps = {
  readonly icon: IconName;
  readonly name: string;
  readonly pressed?: boolean;
  readonly mark?: Mark | undefined;
  /** its name is said, and shown when it is pointed at */
  readonly quiet?: boolean;
  readonly onUse: () => void;
};

const Tool = ({ icon, name, pressed, mark, quiet = false, onUse }: ToolProps) => (
  <button type="button" className="tool" {...(pressed !== undefined && { 'aria-pressed': pressed })} title={name} onClick={onUse}>
    <Icon name={icon} />
    <span className={quiet ? 'unseen' : 'tool-name'}>{name}</span>
    {mark && (
      <span className={mark.warns ? 'mark warns' : 'mark'}>
        <span className="unseen">{mark.said}</span>
      </span>
    )}
  </button>
);

const panelTools: readonly (readonly [PanelName, Key])[] = [
  ['questions', 'questions'],
  ['layers', 'layers'],
  ['filter', 'filterAndColour'],
  ['federation', 'federation'],
];
const listTools: readonly (readonly [ListName, Key])[] = [
  ['table', 'table'],
  ['tree', 'tree'],
];

const Language = () => {
  const { lang, say } = useWords();
  return (
    <select
      className="tool"
      aria-label={say('language')}
      value={lang}
      onChange={({ target }) => {
        if (isLanguage(target.value)) person.set({ lang: target.value });
      }}
    >
      {Object.entries(languages).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
};

const copy = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
};

const Share = ({ address }: { readonly address: () => string }) => {
  const { say } = useWords();
  const [link, setLink] = useState<string>();
  const share = async (): Promise<void> => {
    const now = address();
    if (await copy(now)) {
      setLink(undefined);
      announce(say('linkCopied'));
    } else setLink(now);
  };
  return (
    <>
      <Tool icon="share" quiet={true} name={say('copyLink')} onUse={() => void share()} />
      {link !== undefined && (
        <input
          className="panel link"
          readOnly={true}
          aria-label={say('linkToThisView')}
          value={link}
          ref={(input) => input?.select()}
          onBlur={() => setLink(undefined)}
        />
      )}
    </>
  );
};

/** What is the case while its panel is closed: who is silent, and that a filter leaves twins out. */
const useMarks = (): Readonly<Partial<Record<PanelName, Mark>>> => {
  const { say } = useWords();
  const silent = useKnown(({ silences }) => silences.size);
  const filters = usePerson(({ filter, panel }) => panel !== 'filter' && isNarrow(filter));
  return {
    ...(silent > 0 && { federation: { said: say('silentCount', { n: silent }), warns: true } }),
    ...(filters && { filter: { said: say('filtered'), warns: false } }),
  };
};

const Pause = () => {
  const { say } = useWords();
  const isHeld = usePausedSince() !== undefined;
  return <Tool icon="pause" quiet={true} name={say('pauseLive')} pressed={isHeld} onUse={isHeld ? goOn : pause} />;
};

export const Toolbar = ({ address }: { readonly address: () => string }) => {
  const { say, zone } = useWords();
  const { panel, list, theme, sun, asOf } = usePerson();
  const marks = useMarks();
  return (
    <nav id="views" tabIndex={-1} className="toolbar" aria-label={say('views')}>
      {panelTools.map(([name, key]) => (
        <Tool key={name} icon={name} name={say(key)} pressed={panel === name} mark={marks[name]} onUse={() => person.open(name)} />
      ))}
      {listTools.map(([name, key]) => (
        <Tool key={name} icon={name} name={say(key)} pressed={list === name} onUse={() => person.show(name)} />
      ))}
      <Tool
        icon="sun"
        name={say('sun')}
        pressed={sun !== undefined}
        onUse={() => person.set({ sun: sun === undefined ? shownIn(zone, Date.now()) : undefined })}
      />
      <Tool
        icon="time"
        name={say('time')}
        pressed={asOf !== undefined}
        onUse={() => person.set({ asOf: asOf === undefined ? minuteAnywhere(Date.now()) : undefined })}
      />
      <Pause />
      <Share address={address} />
      <Tool
        icon="theme"
        quiet={true}
        name={say(theme === 'light' ? 'darkTheme' : 'lightTheme')}
        onUse={() => person.set({ theme: theme === 'light' ? 'dark' : 'light' })}
      />
      <Language />
    </nav>
  );
};
