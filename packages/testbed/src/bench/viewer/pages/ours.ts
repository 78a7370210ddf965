/**
 * Ours: the viewer's engine on a bare page, fed by the tiles that the server cuts.
 */
import { createCity, fetchOpening, placeCamera, type StagedCity, startTileWorkers } from '@cityweave/viewer/scene';
import { PerspectiveCamera, Scene, WebGLRenderer } from 'three';
import { addresses, type Eye, errorPixels, picture } from '../views.ts';
import { enter, nextFrame } from './page.ts';

const [stage, camera] = [new Scene(), new PerspectiveCamera(picture.fov, picture.width / picture.height)];
const size = { width: picture.width, height: picture.height, dpr: 1 };
let [renderer, staged, eye]: [WebGLRenderer | undefined, StagedCity | undefined, Eye] = [undefined, undefined, { distance: 0, tilt: 0 }];
let wrongBy: number = errorPixels;

const draw = (heading: number): void => {
  const view = { east: 0, north: 0, heading, ...eye };
  placeCamera(camera, view);
  if (!renderer) return;
  staged?.look({ camera, renderer, view, size, errorPixels: wrongBy });
  renderer.render(stage, camera);
};

const isComplete = (): boolean => {
  const { here, wanted } = staged?.progress() ?? { here: 0, wanted: 0 };
  return here > 0 && here === wanted;
};

const complete = async (): Promise<void> => {
  for (draw(0); !isComplete(); draw(0)) await nextFrame();
};

enter({
  prepare: (canvas, given) => {
    eye = given;
    startTileWorkers();
    renderer = new WebGLRenderer({ canvas, antialias: false });
    renderer.setSize(picture.width, picture.height, false);
    renderer.setClearColor('#e7edf2');
    renderer.render(stage, camera);
  },
  load: async () => {
    const opening = await fetchOpening(addresses.federation);
    if (!(opening.ok && renderer)) throw new Error('no scene');
    staged = await createCity({ opening: opening.value, canvas: renderer.domElement, changed: () => undefined, revised: () => undefined });
    staged.paint({ theme: 'light', contrast: false, motion: false });
    stage.add(staged.group);
    await complete();
  },
  draw,
  refine: () => {
    wrongBy = 0;
    return complete();
  },
});
