/**
 * Name: a text that somebody else wrote. It is kept apart from what stands around it, whatever its direction, and never taken for anything but text.
 */
import { cutText } from './format.ts';

const charactersMax = 200;
const titleMax = 1_000;

type NameProps = {
  readonly text: string;
  readonly className?: string;
  readonly whole?: boolean;
  readonly hint?: string /** where it is another language than the page's */;
  readonly lang?: string | undefined;
};

const titleOf = ({ text, whole, hint }: NameProps): string | undefined => (text.length > charactersMax && !whole ? cutText(text, titleMax) : hint);

export const Name = (props: NameProps) => {
  const { text, className, whole = false, lang } = props;
  const title = titleOf(props);
  return (
    <bdi {...(className && { className })} {...(title !== undefined && { title })} {...(lang !== undefined && { lang })}>
      {whole ? text : cutText(text, charactersMax)}
    </bdi>
  );
};

type Names = { readonly names: Readonly<Record<string, string>>; readonly lang: string; readonly className?: string };

/** The one in the reader's language; else its owner's, which says of itself which language it is. */
export const inLanguage = ({ names, lang }: Pick<Names, 'names' | 'lang'>): Pick<NameProps, 'text' | 'lang'> => {
  const tag = [lang, 'en'].find((wanted) => Object.hasOwn(names, wanted)) ?? Object.keys(names)[0];
  return { text: (tag !== undefined && names[tag]) || '', lang: tag === lang ? undefined : tag };
};

export const NameIn = ({ className, ...names }: Names) => <Name {...inLanguage(names)} {...(className && { className })} />;
