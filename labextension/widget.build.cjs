// Builds the widget for other front ends, one ES module and its style sheet, with the rspack of @jupyter/builder.
const { readFileSync } = require('node:fs');
const { rspack } = require('@rspack/core');

// one style sheet: all that index.css imports, in its order, except those for JupyterLab
const inline = sheet =>
  String(sheet).replace(/@import url\('(.*)'\);/g, (_, name) =>
    ['lab.css', 'values.css', 'sheet.css'].includes(name) ? '' : readFileSync(`${__dirname}/style/${name}`, 'utf8')
  );

const report = (error, stats) => {
  console.log(error ?? stats.toString({ preset: 'errors-warnings' }));
  process.exitCode = error || stats.hasErrors() ? 1 : 0;
};

rspack(
  {
    mode: 'production',
    context: __dirname,
    entry: './lib/views/widget.js',
    devtool: false,
    performance: false,
    experiments: { outputModule: true },
    output: {
      path: `${__dirname}/../nbflow/static`,
      filename: 'widget.js',
      clean: true,
      module: true,
      library: { type: 'module' }
    },
    module: { parser: { javascript: { dynamicImportMode: 'eager' } } },
    plugins: [new rspack.CopyRspackPlugin({ patterns: [{ from: 'style/index.css', to: 'widget.css', transform: inline }] })]
  },
  report
);
