/**
 * Stage: the canvas in which the city stands. fiber mounts it once; frames are drawn when something moved, and never otherwise.
 */
import { createRoot, type ReconcilerRoot, useFrame, useThree } from '@react-three/fiber';
import { useEffect, useRef } from 'react';
import { Color, type PerspectiveCamera, type Scene as Three, Vector2 } from 'three';
import { type Theme, themes } from './appearance.ts';
import { type City, createCity } from './city.ts';
import { fetchScene } from './fetching.ts';
import { listen, placeCamera, type View } from './rig.ts';

export type Staged = {
  readonly city: City;
  readonly view: () => View;
  readonly move: (view: View) => void;
};

export type StageProps = {
  readonly federation: string;
  readonly theme: Theme;
  readonly onStaged: (staged: Staged) => void;
  readonly onPick: (row: number | undefined) => void;
  readonly onProblem: (reason: string) => void;
};

const againMs = 700;

const homeOf = ({ scene: { box } }: City): View => ({
  east: (box[0] + box[2]) / 2,
  north: (box[1] + box[3]) / 2,
  distance: Math.max(300, Math.max(box[2] - box[0], box[3] - box[1]) * 0.62),
  heading: 20,
  tilt: 56,
});

/** Inside of fiber: looks at the city in every frame that is drawn, and asks for another while tiles are on their way. */
const Watcher = ({ city, onReady }: { readonly city: City; readonly onReady: (invalidate: () => void, camera: PerspectiveCamera) => void }) => {
  const { camera, invalidate } = useThree();
  useEffect(() => onReady(invalidate, camera as PerspectiveCamera), [camera, invalidate, onReady]); // branding: the root is made with this camera
  useFrame(({ size, viewport }) => {
    city.look(camera as PerspectiveCamera, size.height * viewport.dpr); // branding: as above
  });
  return <primitive object={city.group} />;
};

const waitForCity = async (federation: string, changed: () => void, signal: AbortSignal): Promise<City | string> => {
  for (;;) {
    const scene = await fetchScene(federation);
    if (signal.aborted) return 'stopped';
    if (!(scene.ok || scene.again)) return scene.reason;
    if (scene.ok) {
      const city = await createCity(scene.value, changed);
      if (!signal.aborted) return city;
      city.close();
      return 'stopped';
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
};

type Mounting = {
  readonly canvas: HTMLCanvasElement;
  readonly root: ReconcilerRoot<HTMLCanvasElement>;
  readonly props: StageProps;
  readonly signal: AbortSignal;
};

const mount = async ({ canvas, root, props, signal }: Mounting): Promise<void> => {
  let invalidate: () => void = () => undefined;
  const city = await waitForCity(props.federation, () => invalidate(), signal);
  if (typeof city === 'string') return signal.aborted ? undefined : props.onProblem(city);
  let view = homeOf(city);
  let camera: PerspectiveCamera | undefined;
  const move = (next: View): void => {
    view = next;
    if (camera) placeCamera(camera, view);
    invalidate();
  };
  const click = (x: number, y: number): void => {
    if (camera) void city.pick(camera, new Vector2((x / canvas.clientWidth) * 2 - 1, 1 - (y / canvas.clientHeight) * 2)).then(props.onPick);
  };
  const ready = (again: () => void, made: PerspectiveCamera): void => {
    [invalidate, camera] = [again, made];
    move(view);
  };
  city.paint(props.theme);
  listen(canvas, { view: () => view, move, click, home: () => move(homeOf(city)) }, signal);
  root.render(<Watcher city={city} onReady={ready} />);
  if (city.missing.length > 0) props.onProblem(`Cannot be drawn now, because its tiles could not be read: ${city.missing.join(', ')}`);
  props.onStaged({ city, view: () => view, move });
  signal.addEventListener('abort', city.close, { once: true });
};

const noWebGl = 'This browser cannot draw the city in 3D (WebGL 2 is missing or switched off). Search, questions and their answers work without it.';

type Mounted = { readonly element: HTMLCanvasElement; readonly props: () => StageProps; readonly scene: (made: Three) => void };

/** One root a canvas; it is told of its size whenever that changes, and ends with the page's interest in it. */
const startRoot = ({ element, props, scene }: Mounted): (() => void) => {
  const stop = new AbortController();
  const root = createRoot(element);
  const configure = () =>
    root.configure({
      frameloop: 'demand',
      dpr: Math.min(devicePixelRatio, 2),
      size: { width: element.clientWidth, height: element.clientHeight, top: 0, left: 0 },
      flat: true,
      camera: { fov: 36.87 },
      gl: { antialias: true, powerPreference: 'high-performance' },
      onCreated: (made) => scene(made.scene),
    });
  const begin = () => mount({ canvas: element, root, props: { ...props(), onPick: (row) => props().onPick(row) }, signal: stop.signal });
  // three says by an exception that the browser has no WebGL 2
  void configure().then(begin, () => props().onProblem(noWebGl));
  const resized = new ResizeObserver(() => void configure());
  resized.observe(element);
  return () => {
    stop.abort();
    resized.disconnect();
    root.unmount();
  };
};

const keysSaid =
  'The city in 3D. Arrow keys move, plus and minus zoom, Q and E turn, R and F tilt, Home shows all of it, Enter picks what is in the middle. All of it is in the layers and the search too.';

export const Stage = (props: StageProps) => {
  const { federation, theme } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useRef<Three | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (scene.current) scene.current.background = new Color(themes[theme].sky);
  }, [theme]);
  useEffect(() => {
    const created = (made: Three): void => {
      made.background = new Color(themes[latest.current.theme].sky);
      scene.current = made;
    };
    return canvas.current ? startRoot({ element: canvas.current, props: () => latest.current, scene: created }) : undefined;
  }, [federation]);
  // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it takes keys and the pointer as an application does
  return <canvas ref={canvas} className="stage" tabIndex={0} role="application" aria-roledescription="3D city view" aria-label={keysSaid} />;
};
