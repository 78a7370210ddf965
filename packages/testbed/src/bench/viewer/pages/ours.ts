/**
 * Ours: the viewer's engine on a bare page, fed by the tiles that the server cuts.
 */
import { createCity, fetchOpening, placeCamera, type StagedCity, startTileWorkers, warmEarly } from '@cityweave/viewer/scene';
import { PerspectiveCamera, Scene, WebGLRenderer } from 'three';
import { addresses, type Eye, errorPixels, picture } from '../views.ts';
import { enter } from './page.ts';

const [stage, camera] = [new Scene(), new PerspectiveCamera(picture.fov, picture.width / picture.height)];
const size = { width: picture.width, height: picture.height, dpr: 1 };
let [renderer, staged, eye]: [WebGLRenderer | undefined, StagedCity | undefined, Eye] = [undefined, undefined, { distance: 0, tilt: 0 }];
let wrongBy: number = errorPixels;
let rows = 0;

/** What the view needs is asked for, and what is here taken over; nothing is drawn. */
const look = (heading: number): void => {
  const view = { east: 0, north: 0, heading, ...eye };
  placeCamera(camera, view);
  if (renderer) staged?.look({ camera, renderer, view, size, errorPixels: wrongBy });
};

const draw = (heading: number): void => {
  look(heading);
  renderer?.render(stage, camera);
};

const isComplete = (): boolean => {
  const { here, wanted } = staged?.progress() ?? { here: 0, wanted: 0 };
  return here > 0 && here === wanted;
};

/** The engine says when it wants to be looked at again. */
const createNews = () => {
  let [isNew, tell]: [boolean, () => void] = [false, () => undefined];
  return {
    changed: (): void => {
      isNew = true;
      tell();
    },
    wait: async (): Promise<void> => {
      if (!isNew)
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
      isNew = false;
    },
  };
};
const news = createNews();

const complete = async (heading: number): Promise<void> => {
  for (look(heading); !isComplete(); look(heading)) await news.wait();
};

/** Of a city that lies about longitude and latitude 0. */
const lookFrom = ({ distance, tilt }: Eye): Parameters<typeof fetchOpening>[1] => ({
  aspect: picture.width / picture.height,
  pixelsPerMetre: picture.height / (2 * Math.tan((picture.fov * Math.PI) / 360)),
  errorPixels,
  from: { longitude: 0, latitude: 0, heading: 0, distance, tilt },
});

enter({
  prepare: async (canvas, given, { rows: known }) => {
    [eye, rows] = [given, known];
    const started = startTileWorkers();
    renderer = new WebGLRenderer({ canvas, antialias: false });
    renderer.setSize(picture.width, picture.height, false);
    renderer.setClearColor('#e7edf2');
    renderer.render(stage, camera);
    // as on the page: they are compiled by the time the first tile is made
    warmEarly(renderer, camera, { fine: false, boxes: true });
    await started;
  },
  load: async () => {
    const [coming, own] = [fetchOpening(addresses.federation, lookFrom(eye)), renderer];
    const opening = await coming;
    if (!(opening.ok && own)) throw new Error('no scene');
    staged = await createCity({ opening: opening.value, canvas: own.domElement, boxes: true, changed: news.changed, revised: () => undefined });
    staged.paint({ theme: 'light', contrast: false, motion: false });
    stage.add(staged.group);
    await complete(0);
  },
  draw,
  settle: complete,
  follow: () => {
    staged?.city.colourBy({ by: 'values', values: new Float32Array(rows).fill(Number.NaN), from: 0, to: 100, ramp: 'sequential' });
    staged?.city.live.follow(addresses.changingTerm);
  },
  refine: () => {
    wrongBy = 0;
    return complete(0);
  },
});
