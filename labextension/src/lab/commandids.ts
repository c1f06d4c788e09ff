/** The ids of the commands, which menus, shortcuts and settings use. */
export const CommandId = {
  showPanel: 'nbflow:show-panel',
  openView: 'nbflow:open-view',
  openValue: 'nbflow:open-value',
  showStep: 'nbflow:show-step',
  convert: 'nbflow:convert',
  makeStep: 'nbflow:make-step',
  makeOrdinary: 'nbflow:make-ordinary',
  run: 'nbflow:run',
  runTo: 'nbflow:run-to',
  runFrom: 'nbflow:run-from',
  resume: 'nbflow:resume',
  rerun: 'nbflow:rerun',
  debug: 'nbflow:debug',
  cancel: 'nbflow:cancel',
  restore: 'nbflow:restore',
  undo: 'nbflow:undo',
  tag: 'nbflow:tag',
  report: 'nbflow:report',
  export: 'nbflow:export'
} as const;
