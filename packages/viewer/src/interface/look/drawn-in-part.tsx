/**
 * Drawn in part: said beside an agency of which the scene could not read all.
 */
import { useUnread } from '../state/unread.ts';
import { useWords } from '../words/words.ts';

export const DrawnInPart = ({ agency }: { readonly agency: string }) => {
  const { say } = useWords();
  const isUnread = useUnread(({ agencies }) => agencies.includes(agency));
  return isUnread && <strong className="warn"> {say('drawnInPart')}</strong>;
};
