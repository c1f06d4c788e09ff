/** Formats numbers and times for people, in the same words as the command line. */
import type { ArtifactLine } from '../state/protocol';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Returns a duration with at most two units: `0.04 s`, `1.2 s`, `3 m 5 s`, `1 h 58 m`, `2 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 0.995) {
    return `${seconds.toFixed(2)} s`;
  }
  if (seconds < 59.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < HOUR) {
    return twoUnits(whole, MINUTE, 'm', 1, 's');
  }
  return whole < DAY ? twoUnits(whole, HOUR, 'h', MINUTE, 'm') : twoUnits(whole, DAY, 'd', HOUR, 'h');
}

function twoUnits(whole: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((whole % large) / small);
  return `${Math.floor(whole / large)} ${largeUnit}` + (rest ? ` ${rest} ${smallUnit}` : '');
}

/** Returns a duration that still grows, in whole seconds, so that it changes once a second. */
export function ticking(seconds: number): string {
  return seconds < MINUTE ? `${Math.max(0, Math.floor(seconds))} s` : duration(Math.floor(seconds));
}

/** Returns a duration in one unit, which is enough to tell runs apart: `20 s`, `5 m`, `2 h`, `3 d`. */
export function roughly(seconds: number): string {
  const [unit, letter] = UNITS.find(([size]) => seconds >= size) ?? [1, 's'];
  return `${Math.floor(seconds / unit)} ${letter}`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'm']
];

/** Returns a number of bytes as `812 B`, `4.2 kB` or `500 MB`. */
export function size(bytes: number): string {
  let number = bytes;
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (number < 999.5) {
      return `${number.toFixed(unit === 'B' || number >= 99.5 ? 0 : 1)} ${unit}`;
    }
    number /= 1000;
  }
  return `${number.toFixed(1)} TB`;
}

/** Returns a number of things, with separators: `1,000`. */
export function count(number: number): string {
  return number < 1000 ? String(number) : THOUSANDS.format(number);
}

const THOUSANDS = new Intl.NumberFormat('en-US');

/** Returns the shape and type of a value, such as `3,201 × 12 float64`; '' for a value without a shape. */
export function extent(artifact: ArtifactLine): string {
  const { shape, dtype } = artifact;
  return shape?.length ? [shape.map(count).join(' × '), dtype ?? ''].filter(Boolean).join(' ') : '';
}

/** Returns the last part of a type's name: `DataFrame` for `pandas.DataFrame`. */
export const bareType = (type: string): string => type.slice(type.lastIndexOf('.') + 1);

/** Returns a moment as `14:03:20` if it was today, else as `Nov 22, 14:03`. */
export function moment(then: number, now: number): string {
  const date = new Date(then * 1000);
  const today = date.toDateString() === new Date(now * 1000).toDateString();
  return today
    ? date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleString([], { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
}

/** Returns parameters as `genre=Drama, top_k=5`. */
export function parameterText(parameters: Readonly<Record<string, unknown>> | null): string {
  return Object.entries(parameters ?? {})
    .map(([name, value]) => `${name}=${plain(value)}`)
    .join(', ');
}

/** Returns the value of a parameter as a text. */
export function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function now(): number {
  return Date.now() / 1000;
}

export const shorten = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;
