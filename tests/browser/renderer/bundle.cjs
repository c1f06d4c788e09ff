// node bundle.cjs LABEXTENSION OUT: the test page's script, from what tsc has written to LABEXTENSION/lib.
const path = require('node:path');
const [labextension, out] = process.argv.slice(2).map(name => path.resolve(name));
const { rspack } = require(require.resolve('@rspack/core', { paths: [labextension] }));

rspack(
  {
    mode: 'development',
    context: labextension,
    entry: path.join(__dirname, 'harness.js'),
    devtool: false,
    resolve: {
      modules: [path.join(labextension, 'node_modules')],
      alias: { '@nbflow': path.join(labextension, 'lib') }
    },
    output: { path: out, filename: 'harness.js', library: { type: 'var', name: 'nbf' } },
    module: { parser: { javascript: { dynamicImportMode: 'eager' } } }
  },
  (error, stats) => {
    console.log(error ?? stats.toString({ preset: 'errors-warnings' }));
    process.exitCode = error || stats.hasErrors() ? 1 : 0;
  }
);
