/**
 * Uniforms: what every shader is told beside the corners: textures of states and looks, light, colours of what is no twin, and the eye.
 */
import { Color, DataTexture, type DepthTexture, Matrix4, type PerspectiveCamera, RGBAFormat, type Texture, Vector2, Vector3 } from 'three';

type Uniform<T> = { value: T };

export type Uniforms = {
  readonly state: Uniform<DataTexture>;
  /** of points, by kind: size, metres, shape and sign */
  readonly looks: Uniform<DataTexture>;
  readonly signs: Uniform<Texture>;
  readonly sun: Uniform<Vector3>;
  readonly sunlight: Uniform<Color>;
  readonly skylight: Uniform<Color>;
  /** what of its colour the ground shows */
  readonly daylight: Uniform<Color>;
  readonly horizon: Uniform<Color>;
  readonly zenith: Uniform<Color>;
  readonly ground: Uniform<Color>;
  readonly ink: Uniform<Color>;
  readonly contrast: Uniform<number>;
  readonly far: Uniform<number>;
  /** two shares of `far` a metre, 0 where nothing fades: haze begins at half of it */
  readonly fade: Uniform<number>;
  /** the second in which the frame is drawn, as glides tell theirs */
  readonly now: Uniform<number>;
  /** 1 where points that were found are told by groups */
  readonly grouped: Uniform<number>;
  readonly pixels: Uniform<number>;
  readonly dpr: Uniform<number>;
  readonly size: Uniform<Vector2>;
  readonly shadowMap: Uniform<DepthTexture | null>;
  readonly shadowMatrix: Uniform<Matrix4>;
  readonly shadowOn: Uniform<number>;
  /** a place of the world in the picture, and in its pixels */
  readonly onto: Uniform<Matrix4>;
  readonly onScreen: Uniform<Matrix4>;
  readonly unproject: Uniform<Matrix4>;
  /** metres between two lines of the ground, 0 for none */
  readonly grid: Uniform<number>;
};

export const emptyTexture = (width: number, height: number): DataTexture => new DataTexture(new Uint8Array(width * height * 4), width, height, RGBAFormat);

export const createUniforms = ({ state, looks, signs }: Readonly<{ state: DataTexture; looks: DataTexture; signs: Texture }>): Uniforms => ({
  ...{ state: { value: state }, looks: { value: looks }, signs: { value: signs } },
  ...{ sun: { value: new Vector3() }, sunlight: { value: new Color() }, skylight: { value: new Color() }, daylight: { value: new Color() } },
  ...{ horizon: { value: new Color() }, zenith: { value: new Color() }, ground: { value: new Color() }, ink: { value: new Color() } },
  ...{
    contrast: { value: 0 },
    far: { value: 10_000 },
    fade: { value: 0 },
    now: { value: 0 },
    grouped: { value: 0 },
    pixels: { value: 1_000 },
    dpr: { value: 1 },
    size: { value: new Vector2(1, 1) },
  },
  ...{ shadowMap: { value: null }, shadowMatrix: { value: new Matrix4() }, shadowOn: { value: 0 } },
  ...{ onto: { value: new Matrix4() }, onScreen: { value: new Matrix4() }, unproject: { value: new Matrix4() }, grid: { value: 0 } },
});

const toPixels = new Matrix4();

/** How far one sees, as a share of the farthest that is drawn at all. */
const sightShare = 0.6;

/** Pixels of the page, and of the screen for one of them. */
type PictureSize = { readonly width: number; readonly height: number; readonly dpr: number };

/** Where places of the world are in the picture. */
export const placeEye = (uniforms: Uniforms, camera: PerspectiveCamera, { width, height, dpr }: PictureSize): void => {
  const { size, far, fade, contrast, onto, onScreen, unproject } = uniforms;
  size.value.set(width * dpr, height * dpr);
  far.value = camera.far * sightShare;
  fade.value = contrast.value > 0.5 ? 0 : 2 / far.value;
  onto.value.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
  const { x, y } = size.value;
  onScreen.value.multiplyMatrices(toPixels.set(x / 2, 0, 0, x / 2, 0, y / 2, 0, y / 2, 0, 0, 0.5, 0.5, 0, 0, 0, 1), onto.value);
  unproject.value.copy(camera.matrixWorld).multiply(camera.projectionMatrixInverse);
};
