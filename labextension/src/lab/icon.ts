import { LabIcon } from '@jupyterlab/ui-components';

export const flowIcon = new LabIcon({
  name: 'nbflow:flow',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
    <g class="jp-icon3 jp-icon-selectable" fill="#616161">
      <path d="M3.5 4.5v7h5M3.5 8h5" fill="none" stroke="#616161" class="jp-icon3-stroke jp-icon-selectable-stroke"/>
      <circle cx="3.5" cy="3" r="2"/><circle cx="11" cy="8" r="2.5"/><circle cx="11" cy="13" r="2.5"/>
    </g>
  </svg>`
});
