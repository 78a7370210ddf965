/**
 * Invariant: a sentence about every history, and where it is looked at: at each write, message, answer or question, whenever all is quiet, or once all has settled.
 */
import type { Federation, FunctionRun, Result } from '@cityweave/core';
import type { Disk, Write } from './disk.ts';

/** A message on its way, as its text says. */
export type Told = {
  readonly header: {
    readonly messageId: string;
    readonly source: { readonly id: string };
    readonly destination: { readonly id: string; readonly role: string };
    readonly federationId?: string;
  };
  readonly data: {
    readonly action: {
      readonly verb: string;
      readonly object: string;
      readonly parameters?: Readonly<Record<string, unknown>>;
      readonly result?: { readonly status: string; readonly code: string };
    };
    readonly objects: readonly { readonly kind: string; readonly id: string; readonly attributes?: Readonly<Record<string, unknown>> }[];
  };
};

export type Delivery = { readonly messageId: string /** it was answered before */; readonly again: boolean };

export type MachineView = {
  readonly name: string;
  readonly id: string;
  readonly disk: Disk;
  /** gone for good */
  readonly lost: boolean;
  readonly isUp: boolean;
};

export type World = {
  readonly machines: readonly MachineView[];
  readonly machine: (name: string) => MachineView;
  readonly byId: (twinId: string) => MachineView | undefined;
  readonly initiator: string;
  readonly registry: string;
};

export type Question = {
  readonly federation: Federation;
  readonly sources: readonly { readonly agency: string; readonly status: string }[];
  readonly ids: readonly string[];
  readonly tookMs: number;
  readonly deadlineMs: number;
};

export type Follower = {
  /** by agency, the numbers of what was told */
  readonly told: ReadonlyMap<string, readonly number[]>;
  /** by twin, the version last told */
  readonly known: ReadonlyMap<string, number>;
};

type Found = string | undefined;

export type Invariant = {
  readonly name: string;
  readonly claim: string;
  readonly wrote?: (world: World, machine: MachineView, write: Write & { readonly during: Delivery | undefined }) => Found;
  readonly said?: (world: World, machine: MachineView, message: Told) => Found;
  readonly answered?: (world: World, machine: MachineView, exchange: { readonly asked: Told; readonly answer: Told }) => Found;
  readonly streamed?: (world: World, machine: MachineView, told: { readonly agreementId: string; readonly kinds: readonly string[] }) => Found;
  readonly asked?: (world: World, question: Question) => Found;
  /** asked at the end how a run that was begun stands */
  readonly ran?: (world: World, begun: { readonly runId: string; readonly told: Result<FunctionRun> }) => Found;
  readonly broke?: (machine: MachineView, where: string, cause: unknown) => Found;
  readonly followed?: (world: World, follower: Follower, truth: ReadonlyMap<string, number>) => Found;
  readonly quiet?: (world: World) => Found;
  readonly settled?: (world: World) => Found;
};
