/**
 * Said: what a screen reader is told as it happens.
 */
import { useSaid } from '../state/announcing.ts';

export const Said = () => {
  const { text, n } = useSaid();
  return (
    <p className="unseen" role="status" aria-live="polite">
      <span key={n}>{text}</span>
    </p>
  );
};
