/** Writes lines for the kernel, where IPython expands `{…}` and `$name` and shlex splits the words. */

const PLAIN = /^[\w./:=@,+-]+$/;

/** Returns a word quoted so that it arrives unchanged. In quotes, no name follows `$`, so nothing is expanded. */
function quote(word: string): string {
  const inner = word.replace(/['$]/g, sign => (sign === '$' ? "$''" : `'"'"'`));
  return PLAIN.test(word) ? word : `'${inner}'`.replace(/[{}]/g, brace => brace + brace);
}

export function writeLine(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

/** The options of `run`, `resume` and `rerun`; a parameter with such a name is written `--parameter-NAME`. */
const OPTIONS = new Set(['to', 'from', 'only', 'fresh', 'reuse', 'jobs', 'memory', 'tag', 'bg', 'help']);

export function writeParameters(parameters: Readonly<Record<string, string>>): string[] {
  return Object.entries(parameters).map(([name, text]) =>
    OPTIONS.has(name) ? `--parameter-${name}=${text}` : `--${name}=${text}`
  );
}

/** Returns Python code that executes these lines in turn, and stops at the first that fails. It loads nbflow first. */
export function writeCode(lines: readonly string[]): string {
  const load = '__import__("nbflow").load_ipython_extension(get_ipython())';
  const calls = lines.map(line => `get_ipython().run_line_magic("nbflow", ${JSON.stringify(line)})`);
  return [load, ...calls].join('\n');
}
