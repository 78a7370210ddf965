/**
 * Uniforms: what every shader is told beside the corners: textures of states and looks, light, colours of what is no twin, and the eye.
 */
import { Color, DataTexture, type DepthTexture, Matrix4, RGBAFormat, type Texture, Vector2, Vector3 } from 'three';

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
  /** the second in which the frame is drawn, as glides tell theirs */
  readonly now: Uniform<number>;
  readonly pixels: Uniform<number>;
  readonly dpr: Uniform<number>;
  readonly size: Uniform<Vector2>;
  readonly shadowMap: Uniform<DepthTexture | null>;
  readonly shadowMatrix: Uniform<Matrix4>;
  readonly shadowOn: Uniform<number>;
  readonly unproject: Uniform<Matrix4>;
  /** metres between two lines of the ground, 0 for none */
  readonly grid: Uniform<number>;
};

export const emptyTexture = (width: number, height: number): DataTexture => new DataTexture(new Uint8Array(width * height * 4), width, height, RGBAFormat);

export const createUniforms = ({ state, looks, signs }: Readonly<{ state: DataTexture; looks: DataTexture; signs: Texture }>): Uniforms => ({
  ...{ state: { value: state }, looks: { value: looks }, signs: { value: signs } },
  ...{ sun: { value: new Vector3() }, sunlight: { value: new Color() }, skylight: { value: new Color() }, daylight: { value: new Color() } },
  ...{ horizon: { value: new Color() }, zenith: { value: new Color() }, ground: { value: new Color() }, ink: { value: new Color() } },
  ...{ contrast: { value: 0 }, far: { value: 10_000 }, now: { value: 0 }, pixels: { value: 1_000 }, dpr: { value: 1 }, size: { value: new Vector2(1, 1) } },
  ...{ shadowMap: { value: null }, shadowMatrix: { value: new Matrix4() }, shadowOn: { value: 0 } },
  ...{ unproject: { value: new Matrix4() }, grid: { value: 0 } },
});
