/**
 * Shown first: which federation of a node is shown to who names none.
 */

type Asked = { readonly variables: Readonly<Record<string, unknown>> };

/** The one about which most questions are saved; of several the least by its id. */
export const shownFirst = <Named extends { readonly id: string }>(federations: readonly Named[], questions: readonly Asked[]): Named | undefined => {
  const asked = ({ id }: Named): number => questions.filter(({ variables }) => Object.values(variables).includes(id)).length;
  return federations.toSorted((a, b) => asked(b) - asked(a) || (a.id < b.id ? -1 : 1))[0];
};
