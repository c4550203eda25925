/** Line icons on a 16-pixel grid, drawn here so that no icon package is shipped. */
const PATHS = {
  sun: 'M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9L13 13M13 3l-1.1 1.1M4.1 11.9L3 13',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5A6 6 0 1 0 13.5 9.5Z',
  system: 'M2 3h12v8H2zM5.5 14h5M8 11v3',
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  info: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M8 7.5V11M8 5v.01',
  warning: 'M8 2L14.5 13.5H1.5ZM8 6.5v3.5M8 12v.01',
  check: 'M3 8.5l3.3 3.3L13 4.5',
  chevron: 'M6 4l4 4l-4 4',
  expand: 'M9.5 2H14v4.5M14 2L9 7M6.5 14H2V9.5M2 14l5-5',
  shrink: 'M14 6.5H9.5V2M9.5 6.5L14 2M2 9.5h4.5V14M6.5 9.5L2 14',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  clock: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M8 4.5V8l2.5 1.5',
  stop: 'M4 4h8v8H4z',
  arrowUp: 'M8 13V3M4 7l4-4l4 4',
  arrowDown: 'M8 3v10M4 9l4 4l4-4',
  play: 'M5 3l8 5l-8 5Z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  more: 'M2.75 8h.5M7.75 8h.5M12.75 8h.5M3 7.75v.5M8 7.75v.5M13 7.75v.5',
  person: 'M8 2a3 3 0 1 0 0 6a3 3 0 1 0 0-6M2.5 14c.5-3 2.6-4.5 5.5-4.5s5 1.5 5.5 4.5',
  reset: 'M3 8a5 5 0 1 0 1.5-3.5M3 2.5V5h2.5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16, className }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`shrink-0 ${className ?? ''}`}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
