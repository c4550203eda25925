import { exactAxis, linearAxis } from '../chart/axis.ts';
import { lineOf } from '../chart/line.ts';
import { cssColor } from '../chart/palette.ts';
import { pathOf } from '../chart/plot-outline.tsx';
import { strandsOf } from '../chart/strand.ts';
import { DEFAULT_VIEW } from '../chart/view-options.ts';
import type { Comparison } from '../comparison/comparison.ts';

/** The contenders' validation accuracies at a glance, of several seeds their mean; the numbers are on the comparison's own page. */
export function Sparkline({ comparison }: { comparison: Comparison }) {
  const lines = strandsOf(comparison.runs, 'together').map((strand) =>
    lineOf(strand, comparison, 'VAL_ACCURACY', DEFAULT_VIEW),
  );
  const values = lines.flatMap((line) => line.ys.filter((y) => y !== null));
  const axes = {
    x: exactAxis(1, Math.max(2, comparison.epochs), 1),
    y: linearAxis(Math.min(1, ...values), Math.max(0, ...values), { floor: 0, ceiling: 1 }),
  };
  return (
    <svg
      viewBox="0 0 1000 1000"
      preserveAspectRatio="none"
      role="img"
      aria-label="Validation accuracy by epoch"
      className="h-10 w-full overflow-visible border-b border-l border-line"
    >
      {lines.map((line) => (
        <path
          key={line.key}
          d={pathOf(line, axes)}
          fill="none"
          strokeWidth="1.5"
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
          style={{ stroke: cssColor(line.look.color) }}
        />
      ))}
    </svg>
  );
}
