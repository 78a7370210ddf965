/**
 * CesiumJS with the levels that our tiler cuts, as quantized and compressed glTF.
 */
import { Cartesian3, Cesium3DTileset, Color, HeadingPitchRange, Matrix4, PerspectiveFrustum, Scene, Transforms } from '@cesium/engine';
import { addresses, type Eye, errorPixels, picture } from '../views.ts';
import { enter, nextFrame } from './page.ts';

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const middle = Cartesian3.fromDegrees(0, 0, 0);

let [scene, tiles, eye]: [Scene | undefined, Cesium3DTileset | undefined, Eye] = [undefined, undefined, { distance: 0, tilt: 0 }];

/** Its angle of view is that of the longer side. */
const frustumOf = (): PerspectiveFrustum => {
  const aspectRatio = picture.width / picture.height;
  return new PerspectiveFrustum({ fov: 2 * Math.atan(Math.tan(radians(picture.fov / 2)) * aspectRatio), aspectRatio, near: 1, far: 500_000 });
};

const draw = (heading: number): void => {
  scene?.camera.lookAt(middle, new HeadingPitchRange(radians(heading), radians(eye.tilt - 90), eye.distance));
  scene?.render();
};

enter({
  prepare: (canvas, given) => {
    eye = given;
    Object.assign(canvas, { width: picture.width, height: picture.height });
    scene = new Scene({ canvas, contextOptions: { webgl: { antialias: false } }, msaaSamples: 1, orderIndependentTranslucency: false });
    scene.backgroundColor = Color.fromCssColorString('#e7edf2');
    scene.highDynamicRange = false;
    scene.fog.enabled = false;
    scene.postProcessStages.fxaa.enabled = false;
    scene.camera.frustum = frustumOf();
    draw(0);
  },
  load: async () => {
    const tileset = await Cesium3DTileset.fromUrl(addresses.tileset, {
      maximumScreenSpaceError: errorPixels,
      modelMatrix: Transforms.eastNorthUpToFixedFrame(middle, undefined, new Matrix4()),
      foveatedScreenSpaceError: false,
      dynamicScreenSpaceError: false,
      // a sky mirrored in every wall costs it seconds without a graphics card, and nobody else has one
      environmentMapOptions: { enabled: false },
    });
    scene?.primitives.add(tileset);
    let complete = false;
    tileset.allTilesLoaded.addEventListener(() => {
      complete = true;
    });
    while (!complete) {
      draw(0);
      await nextFrame();
    }
    tiles = tileset;
  },
  draw,
  settle: async (heading) => {
    do {
      draw(heading);
      await nextFrame();
    } while (tiles?.tilesLoaded === false);
  },
});
