/**
 * Start: what the address of the page says when it opens, before there is a city.
 */
import { decodePermalink, type Permalink } from './permalink.ts';
import { person } from './person.ts';

const read = (hash: string): Permalink => {
  const link = decodePermalink(hash);
  const { camera: _camera, theme, lang, ...said } = link;
  // who says a question and not from where it is looked at sees what it finds
  const survey = said.question !== undefined && link.camera === undefined;
  // and who says a twin, where that is
  const frame = survey || link.camera !== undefined ? undefined : said.selected;
  person.set({ ...said, survey, frame, ...(theme && { theme }), ...(lang && { lang }) });
  return link;
};

export const start = read(location.hash);
