// Written by `python -m nbflow.jupyter.protocol`. Do not edit.

export * from './messages';
export * from './repairmessages';
export * from './tablemessages';
export * from './planmessages';
export * from './valuemessages';
export * from './helpmessages';
export * from './overviewmessages';
