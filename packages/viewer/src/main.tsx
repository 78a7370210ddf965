/**
 * Main: the page begins here; threads that make tiles start while it does.
 */
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startTileWorkers } from './scene/tiles/tile-workers.ts';
import './styles.css';

startTileWorkers();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
