/**
 * Unread: agencies of which the scene could not read all that it is to draw, by their ids. The lists tell of their twins all the same.
 */
import { create } from 'zustand';

export const useUnread = create<{ readonly agencies: readonly string[] }>()(() => ({ agencies: [] }));
