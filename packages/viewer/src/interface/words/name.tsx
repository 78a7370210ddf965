/**
 * Name: a text that somebody else wrote. It is kept apart from what stands around it, whatever its direction, and never taken for anything but text.
 */
import { cutText } from './format.ts';

const charactersMax = 200;
const titleMax = 1_000;

type NameProps = { readonly text: string; readonly className?: string; readonly whole?: boolean; readonly hint?: string };

const titleOf = ({ text, whole, hint }: NameProps): string | undefined => (text.length > charactersMax && !whole ? cutText(text, titleMax) : hint);

export const Name = (props: NameProps) => {
  const { text, className, whole = false } = props;
  const title = titleOf(props);
  return (
    <bdi {...(className && { className })} {...(title !== undefined && { title })}>
      {whole ? text : cutText(text, charactersMax)}
    </bdi>
  );
};
