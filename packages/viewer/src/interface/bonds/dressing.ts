/**
 * Dressing: light or dark, more contrast, less motion: as somebody chose, and as their system says.
 */
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Dress } from '../../scene/staged.ts';
import { usePerson } from '../state/person.ts';

const useMedia = (query: string): boolean => {
  const media = useMemo(() => matchMedia(query), [query]);
  return useSyncExternalStore(
    (run) => {
      media.addEventListener('change', run);
      return () => media.removeEventListener('change', run);
    },
    () => media.matches,
  );
};

export const useDress = (): Dress => {
  const theme = usePerson((state) => state.theme);
  const wantsContrast = useMedia('(prefers-contrast: more)');
  const hasOwnColours = useMedia('(forced-colors: active)');
  const wantsRest = useMedia('(prefers-reduced-motion: reduce)');
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return useMemo(() => ({ theme, contrast: wantsContrast || hasOwnColours, motion: !wantsRest }), [theme, wantsContrast, hasOwnColours, wantsRest]);
};
