// Written by `python -m nbflow.jupyter.protocol`. Do not edit.

export * from './messages';
export * from './repair';
export * from './table';
export * from './plan';
export * from './value';
export * from './help';
export * from './overview';
