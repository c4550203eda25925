'use client';

// The one file that touches uPlot. It draws the lines and markers of a chart spec onto a canvas and nothing
// else: axes, marks and readings are elements of the page (see chart-frame.tsx), and stand before it does.

import { useLayoutEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { Scheme } from '../hooks/use-scheme.ts';
import { alignedData } from './aligned-data.ts';
import type { ChartSpec } from './chart-spec.ts';
import type { Line } from './line.ts';
import { markedIndexes } from './marked-points.ts';
import { MARKER_PATH, SURFACE } from './palette.ts';
import { BAND_OPACITY, RAW_OPACITY } from './plot-outline.tsx';
import { type Trace, tracesOf } from './traces.ts';

/** The canvas reaches this far beyond the plot on each side, so that a marker on its edge is whole. */
export const PLOT_MARGIN = 8;
const LINE_WIDTH = 1.75;
const FADED = 0.18;

/** The lines of a chart. Fills the nearest positioned parent; `onReady` comes when they are drawn. */
export function Plot({
  spec,
  scheme,
  focus,
  onReady,
}: {
  spec: ChartSpec;
  scheme: Scheme;
  /** The contender to bring out, by its position; null for all alike. */
  focus: number | null;
  onReady(): void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const drawn = useRef(spec);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0 && height > 0) {
        setSize((known) => (known?.width === width && known.height === height ? known : { width, height }));
      }
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // What uPlot fixes at its making; while this stays, new data and new limits go into the same plot.
  const shape = [
    spec.y.scale,
    scheme,
    focus,
    ...tracesOf(spec).map(({ key, line }) => `${key} ${line.shown} ${line.look.dash.join('-')}`),
  ].join('|');
  const has = size !== null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for what it is made of.
  useLayoutEffect(() => {
    const element = host.current;
    if (!element || !has) return;
    drawn.current = spec;
    const made = new uPlot(
      options(spec, scheme, focus, element.clientWidth, element.clientHeight, () => drawn.current),
      alignedData(tracesOf(spec)) as uPlot.AlignedData,
      element,
    );
    plot.current = made;
    onReady();
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [shape, has]);

  useLayoutEffect(() => {
    const existing = plot.current;
    if (!existing || drawn.current === spec) return;
    drawn.current = spec;
    existing.batch(() => {
      existing.setData(alignedData(tracesOf(spec)) as uPlot.AlignedData, false);
      existing.setScale('x', { min: spec.x.min, max: spec.x.max });
      existing.setScale('y', { min: spec.y.min, max: spec.y.max });
    });
  }, [spec]);

  useLayoutEffect(() => {
    if (size) plot.current?.setSize(size);
  }, [size]);

  return (
    <div
      ref={host}
      aria-hidden="true"
      className="pointer-events-none absolute"
      style={{ inset: -PLOT_MARGIN }}
    />
  );
}

function options(
  spec: ChartSpec,
  scheme: Scheme,
  focus: number | null,
  width: number,
  height: number,
  current: () => ChartSpec,
): uPlot.Options {
  const traces = tracesOf(spec);
  return {
    width,
    height,
    padding: [PLOT_MARGIN, PLOT_MARGIN, PLOT_MARGIN, PLOT_MARGIN],
    legend: { show: false },
    cursor: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: {
      // Both ends are the spec's: uPlot is told them, and never ranges by itself.
      x: { time: false, range: () => [current().x.min, current().x.max] },
      y: { distr: spec.y.scale === 'log' ? 3 : 1, range: () => [current().y.min, current().y.max] },
    },
    series: [{}, ...traces.map((trace) => strokeOf(trace, scheme, focus))],
    bands: traces.flatMap(({ role, line }, index) =>
      role === 'high' && line.shown
        ? [
            {
              // Series 0 is the horizontal axis; a band's lower edge stands right before its upper one.
              series: [index + 1, index] as uPlot.Band.Bounds,
              fill: translucent(line.look.color[scheme], BAND_OPACITY * strength(line, focus)),
            },
          ]
        : [],
    ),
    hooks: { draw: [(self) => drawMarkers(self, current(), scheme, focus)] },
  };
}

function strokeOf({ role, line }: Trace, scheme: Scheme, focus: number | null): uPlot.Series {
  const color = line.look.color[scheme];
  const common = { show: line.shown, points: { show: false } };
  if (role === 'low' || role === 'high') return { ...common, width: 0, stroke: 'transparent' };
  if (role === 'raw')
    return { ...common, stroke: color, width: 1, alpha: RAW_OPACITY * strength(line, focus) };
  return {
    ...common,
    stroke: color,
    width: focus === line.position ? LINE_WIDTH + 0.75 : LINE_WIDTH,
    alpha: strength(line, focus),
    dash: [...line.look.dash],
  };
}

/** Others step back while one is brought out. */
function strength(line: Line, focus: number | null): number {
  return focus === null || focus === line.position ? 1 : FADED;
}

/** @param color as `#rrggbb` */
function translucent(color: string, opacity: number): string {
  const alpha = Math.round(opacity * 255);
  return `${color}${alpha.toString(16).padStart(2, '0')}`;
}

function drawMarkers(self: uPlot, spec: ChartSpec, scheme: Scheme, focus: number | null): void {
  const { ctx } = self;
  const ratio = uPlot.pxRatio;
  for (const line of spec.lines) {
    if (!line.shown) continue;
    const path = new Path2D(MARKER_PATH[line.look.marker]);
    const last = line.ys.findLastIndex((y) => y !== null);
    for (const index of markedIndexes(line, spec.x, self.width)) {
      const at = pointOnCanvas(self, line, index, spec);
      if (!at) continue;
      ctx.save();
      ctx.globalAlpha = strength(line, focus);
      ctx.translate(at.x, at.y);
      const scale = (index === last ? 1.1 : 0.8) * ratio;
      ctx.scale(scale, scale);
      ctx.fillStyle = line.look.color[scheme];
      ctx.strokeStyle = SURFACE[scheme];
      ctx.lineWidth = 1.5;
      ctx.stroke(path);
      ctx.fill(path);
      ctx.restore();
    }
  }
}

function pointOnCanvas(
  self: uPlot,
  line: Line,
  index: number,
  spec: ChartSpec,
): { x: number; y: number } | null {
  const x = line.xs[index];
  const y = line.ys[index];
  if (x === undefined || y === undefined || y === null) return null;
  if (x < spec.x.min || x > spec.x.max || y < spec.y.min || y > spec.y.max) return null;
  return { x: self.valToPos(x, 'x', true), y: self.valToPos(y, 'y', true) };
}
