/**
 * 3D Tiles in three: 3d-tiles-renderer with the levels that our tiler cuts, as quantized and compressed glTF.
 */
import { TilesRenderer } from '3d-tiles-renderer';
import { GLTFExtensionsPlugin } from '3d-tiles-renderer/plugins';
import { MeshoptDecoder } from 'meshoptimizer';
import { DirectionalLight, HemisphereLight, type Material, Mesh, MeshLambertMaterial, PerspectiveCamera, Scene, WebGLRenderer } from 'three';
import { addresses, type Eye, errorPixels, picture } from '../views.ts';
import { placeEye } from './eye.ts';
import { enter, nextFrame } from './page.ts';

const [stage, camera] = [new Scene(), new PerspectiveCamera(picture.fov, picture.width / picture.height)];
const sun = new DirectionalLight('#ffffff', 2);
sun.position.set(-0.55, 0.75, 0.4);
stage.add(sun, new HemisphereLight('#ffffff', '#bbbbbb', 2));
let [renderer, tiles, eye]: [WebGLRenderer | undefined, TilesRenderer | undefined, Eye] = [undefined, undefined, { distance: 0, tilt: 0 }];
let isLoading = false;

/** The lightest material of three that tells walls from roofs; its own default costs more. */
const plain = new MeshLambertMaterial({ color: '#f4efe6' });

const isMesh = (found: object): found is Mesh<Mesh['geometry'], Material> => found instanceof Mesh;

/** What the view needs is asked for, and what is here taken over; nothing is drawn. */
const look = (heading: number): void => {
  placeEye(camera, eye, heading);
  tiles?.update();
};

const draw = (heading: number): void => {
  look(heading);
  renderer?.render(stage, camera);
};

/** Two pictures after one another of which nothing is on its way. */
const settle = async (heading: number): Promise<void> => {
  look(heading);
  for (let quiet = 0; quiet < 2; quiet = !isLoading && (tiles?.visibleTiles.size ?? 0) > 0 ? quiet + 1 : 0) {
    await nextFrame();
    look(heading);
  }
};

const start = (own: WebGLRenderer): TilesRenderer => {
  const made = new TilesRenderer(addresses.tileset);
  made.registerPlugin(new GLTFExtensionsPlugin({ meshoptDecoder: MeshoptDecoder, autoDispose: false }));
  made.errorTarget = errorPixels;
  made.setCamera(camera);
  made.setResolutionFromRenderer(camera, own);
  made.addEventListener('load-model', ({ scene }) => {
    scene.traverse((found) => {
      if (isMesh(found)) found.material = plain;
    });
  });
  // 3D Tiles look up along z, three along y
  made.group.rotation.x = -Math.PI / 2;
  made.group.updateMatrixWorld();
  stage.add(made.group);
  return made;
};

enter({
  prepare: async (canvas, given) => {
    eye = given;
    renderer = new WebGLRenderer({ canvas, antialias: false });
    renderer.setSize(picture.width, picture.height, false);
    renderer.setClearColor('#e7edf2');
    renderer.render(stage, camera);
    await MeshoptDecoder.ready;
  },
  load: async () => {
    if (!renderer) return;
    tiles = start(renderer);
    tiles.addEventListener('tiles-load-start', () => {
      isLoading = true;
    });
    tiles.addEventListener('tiles-load-end', () => {
      isLoading = false;
    });
    isLoading = true;
    await settle(0);
  },
  settle,
  draw,
});
