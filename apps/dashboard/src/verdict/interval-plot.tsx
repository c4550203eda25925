import { linearAxis, place } from '../chart/axis.ts';
import { type Appearance, cssColor } from '../chart/palette.ts';
import { Swatch } from '../components/swatch.tsx';
import type { VerdictFieldsFragment } from '../graphql/generated/graphql.ts';

type Standing = VerdictFieldsFragment['standings'][number];

/** The contenders' means with their intervals, the best first; behind them what the evaluation's own noise would turn. */
export function IntervalPlot({
  standings,
  noise,
  looks,
  text,
}: {
  standings: readonly Standing[];
  noise: number | null;
  looks: ReadonlyMap<string, Appearance>;
  text(value: number): string;
}) {
  const [best] = standings;
  if (!best) return null;
  const means = standings.map(({ mean }) => mean);
  const spread = Math.max(...means) - Math.min(...means) || Math.abs(best.mean) || 1;
  // An interval of two seeds may be many times as wide as everything else: it is cut off at the edge.
  const reach = (value: number) =>
    Math.min(Math.max(...means) + spread, Math.max(Math.min(...means) - spread, value));
  const ends = standings.flatMap(({ low, high, mean }) => [mean, reach(low ?? mean), reach(high ?? mean)]);
  const axis = linearAxis(Math.min(...ends), Math.max(...ends));
  const at = (value: number) => `${Math.min(100, Math.max(0, 100 * place(axis, value)))}%`;
  return (
    <ol className="space-y-1.5" aria-label="Means with their 95 % intervals">
      {standings.map(({ contender, mean, low, high, seeds }) => {
        const look = looks.get(contender.id);
        const color = look ? cssColor(look.color) : 'currentColor';
        const told = low === null || high === null ? 'one seed' : `${text(low)} to ${text(high)}`;
        return (
          <li
            key={contender.id}
            className="grid grid-cols-[minmax(6rem,10rem)_1fr_4.5rem] items-center gap-3 text-sm"
            title={`${contender.label}: ${text(mean)}, 95 % interval ${told}, ${seeds} seeds`}
          >
            <span className="flex min-w-0 items-center gap-2">
              {look ? <Swatch look={look} line={false} /> : null}
              <span className="truncate">{contender.label}</span>
            </span>
            <span className="relative h-4 rounded bg-sunken">
              {noise === null ? null : (
                <span
                  className="absolute inset-y-0 bg-ink/8"
                  style={{
                    left: at(best.mean - noise),
                    width: `calc(${at(best.mean + noise)} - ${at(best.mean - noise)})`,
                  }}
                />
              )}
              {low === null || high === null ? null : (
                <span
                  className="absolute top-1/2 h-0.5 -translate-y-1/2 rounded"
                  style={{ left: at(low), width: `calc(${at(high)} - ${at(low)})`, background: color }}
                />
              )}
              <span
                className="absolute top-1/2 size-2.5 -translate-1/2 rounded-full ring-2 ring-surface"
                style={{ left: at(mean), background: color }}
              />
            </span>
            <span className="text-right tabular-nums">{text(mean)}</span>
            <span className="sr-only">95 % interval {told}</span>
          </li>
        );
      })}
    </ol>
  );
}
