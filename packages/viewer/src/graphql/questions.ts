/**
 * Questions: the saved questions that the node offers.
 */
import { type Answered, readJson } from './client.ts';

export type Question = { readonly name: string; readonly title: string; readonly query: string; readonly variables: Readonly<Record<string, unknown>> };

const questionsMax = 50;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const isQuestion = (value: unknown): value is Question =>
  isRecord(value) &&
  typeof value['name'] === 'string' &&
  typeof value['title'] === 'string' &&
  typeof value['query'] === 'string' &&
  isRecord(value['variables']);

export const readQuestions = async (signal?: AbortSignal): Promise<Answered<readonly Question[]>> => {
  const read = await readJson('/graphql/examples', signal);
  if (!read.ok) return read;
  return { ok: true, value: Array.isArray(read.value) ? read.value.filter(isQuestion).slice(0, questionsMax) : [] };
};

/** The first sentence is the title; what follows is said below it. */
export const titleOf = ({ title, name }: Pick<Question, 'title' | 'name'>): { readonly title: string; readonly more: string } => {
  const at = title.search(/[.?]\s/);
  if (title === '') return { title: name, more: '' };
  return at < 0 ? { title, more: '' } : { title: title.slice(0, at + 1), more: title.slice(at + 1).trim() };
};
