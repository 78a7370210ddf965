/**
 * Where: where a twin lies, in the same words in every list.
 */
import { useMemo } from 'react';
import type { PlaceRow } from '../../graphql/answers.ts';
import { Name } from '../words/name.tsx';
import { useWords } from '../words/words.ts';
import { useGazetteer } from './gazetteer.ts';
import { whereText } from './where-text.ts';

/** `before`: what stands before it, where there is something to say */
type WhereProps = { readonly twin: PlaceRow; readonly className?: string; readonly before?: string };

export const Where = ({ twin, className, before }: WhereProps) => {
  const words = useWords();
  const gazetteer = useGazetteer();
  const text = useMemo(() => whereText(twin, gazetteer, words), [twin, gazetteer, words]);
  if (text === '') return null;
  return (
    <>
      {before}
      <Name {...(className && { className })} text={text} hint={text} />
    </>
  );
};
