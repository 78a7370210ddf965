/**
 * Reaching: from the scene to the search by a key, also while the search is still on its way: then it takes the focus when it comes.
 */
import { useEffect } from 'react';
import { create } from 'zustand';

const useWish = create<{ readonly isWanted: boolean }>()(() => ({ isWanted: false }));

const field = (): HTMLElement | null => document.getElementById('search');

const onKey = (event: KeyboardEvent): void => {
  if (event.key !== '/' || !(event.target instanceof HTMLCanvasElement) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  useWish.setState({ isWanted: field() === null });
  field()?.focus();
};

/** Listens from the first picture on. */
export const reachByKey = (): (() => void) => {
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
};

/** The search came: who waits for it is there. */
export const useReached = (): void => {
  useEffect(() => {
    if (useWish.getState().isWanted) field()?.focus();
    useWish.setState({ isWanted: false });
  }, []);
};
