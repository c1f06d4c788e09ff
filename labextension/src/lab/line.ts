/** Lines for the kernel: split into words by shlex there, after IPython has expanded `{…}` and `$name` in them. */

const PLAIN = /^[\w./:=@,+-]+$/;

/** A word that means itself. In quotes, `$` is never followed by a name, and so never expanded. */
function quote(word: string): string {
  const inner = word.replace(/['$]/g, sign => (sign === '$' ? "$''" : `'"'"'`));
  return PLAIN.test(word) ? word : `'${inner}'`.replace(/[{}]/g, brace => brace + brace);
}

export function writeLine(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

/** The first options of `run`, `resume` and `rerun`; a parameter of the same name is spelt `--parameter-NAME`. */
const OPTIONS = new Set(['to', 'from', 'only', 'fresh', 'reuse', 'jobs', 'memory', 'tag', 'bg', 'help']);

export function writeParameters(parameters: Readonly<Record<string, string>>): string[] {
  return Object.entries(parameters).map(([name, text]) =>
    OPTIONS.has(name) ? `--parameter-${name}=${text}` : `--${name}=${text}`
  );
}

/** Python that does these lines in turn. Loading nbflow again does nothing; the first line that fails is the last. */
export function writeCode(lines: readonly string[]): string {
  const load = '__import__("nbflow").load_ipython_extension(get_ipython())';
  const calls = lines.map(line => `get_ipython().run_line_magic("nbflow", ${JSON.stringify(line)})`);
  return [load, ...calls].join('\n');
}
