/**
 * Focus holder: who has the focus, or had it until a part of the window that hides others hid it: the browser then says that nobody has; and who takes it from what goes away as it is used.
 */
let last: Element | undefined;

document.addEventListener('focusin', ({ target }) => {
  if (target instanceof Element) last = target;
});

const isHidden = (element: Element): boolean => element.isConnected && !element.checkVisibility();

export const focusHolder = (): Element | undefined => {
  const { activeElement, body } = document;
  if (activeElement && activeElement !== body) return activeElement;
  return last && isHidden(last) ? last : undefined;
};

export const focusScene = (): void => document.querySelector<HTMLElement>('.stage')?.focus();

/** The heading of the panel in which this stands. */
export const focusHeading = (element: Element): void => element.closest('.panel')?.querySelector('h2')?.focus({ preventScroll: true });
