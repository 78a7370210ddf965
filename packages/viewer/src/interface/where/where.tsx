/**
 * Where: where a twin lies, in the same words in every list.
 */
import { useMemo } from 'react';
import type { PlaceRow } from '../../graphql/answers.ts';
import { Name } from '../words/name.tsx';
import { useWords } from '../words/words.ts';
import { useGazetteer } from './gazetteer.ts';
import { whereText } from './where-text.ts';

export const Where = ({ twin, className }: { readonly twin: PlaceRow; readonly className?: string }) => {
  const words = useWords();
  const gazetteer = useGazetteer();
  const text = useMemo(() => whereText(twin, gazetteer, words), [twin, gazetteer, words]);
  return <Name {...(className && { className })} text={text} hint={text} />;
};
