/**
 * Said: what a screen reader is told as it happens.
 */
import { useSaid } from '../state/announcing.ts';

export const Said = () => {
  const text = useSaid((state) => state.text);
  return (
    <p className="unseen" role="status" aria-live="polite">
      {text}
    </p>
  );
};
