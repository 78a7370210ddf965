/**
 * Icon: small drawings of lines beside a word or in its place; the word is always there for who cannot see them.
 */
const paths = {
  questions: 'M9 9a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 1.9v.3M12 17h.01M3 12a9 9 0 1 0 18 0 9 9 0 0 0-18 0',
  layers: 'M12 3 3 8l9 5 9-5-9-5M3 12l9 5 9-5M3 16l9 5 9-5',
  filter: 'M3 5h18M6 12h12M10 19h4',
  table: 'M3 5h18v14H3zM3 10h18M3 15h18M9 5v14',
  tree: 'M5 4v14h6M5 10h6M14 8h6v4h-6zM14 16h6v4h-6z',
  federation:
    'M12 12 5 6M12 12l7-6M12 12v8M12 12m-2 0a2 2 0 1 0 4 0 2 2 0 0 0-4 0M5 6m-2 0a2 2 0 1 0 4 0 2 2 0 0 0-4 0M19 6m-2 0a2 2 0 1 0 4 0 2 2 0 0 0-4 0M12 20m-2 0a2 2 0 1 0 4 0 2 2 0 0 0-4 0',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M4 12H2M22 12h-2M5 5l1.5 1.5M17.5 17.5 19 19M19 5l-1.5 1.5M6.5 17.5 5 19',
  time: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3 2',
  pause: 'M9 5v14M15 5v14',
  theme: 'M20 14A8 8 0 1 1 10 4a6.5 6.5 0 0 0 10 10',
  share: 'M9 12h6M10 7H7a5 5 0 0 0 0 10h3M14 7h3a5 5 0 0 1 0 10h-3',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5',
  close: 'M6 6l12 12M18 6 6 18',
} as const;

export type IconName = keyof typeof paths;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg className="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
    <path d={paths[name]} fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
  </svg>
);
