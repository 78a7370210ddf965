/**
 * Start: what the address of the page says when it opens, before there is a city.
 */
import { decodePermalink, type Permalink } from './permalink.ts';
import { person } from './person.ts';

const read = (hash: string): Permalink => {
  const link = decodePermalink(hash);
  const { camera: _camera, theme, lang, ...said } = link;
  person.set({ ...said, ...(theme && { theme }), ...(lang && { lang }) });
  return link;
};

export const start = read(location.hash);
