/**
 * Main: the page begins here; threads that make tiles start while it does, and the first city is on its way.
 */
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { person } from './interface/state/person.ts';
import { start } from './interface/state/start.ts';
import { startOpening } from './scene/early.ts';
import { startTileWorkers } from './scene/tiles/tile-workers.ts';
import './styles.css';

void startTileWorkers();
startOpening(person.get().federation, start.camera);
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
