/**
 * Undrawn: the twin that somebody wanted to see in the scene, and which is not drawn there.
 */
import { create } from 'zustand';

export const useUndrawn = create<{ readonly id: string | undefined }>()(() => ({ id: undefined }));
