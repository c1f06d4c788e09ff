/** The panel's drawing as a widget, for front ends other than JupyterLab. */
export default {
  render({ el }: { el: HTMLElement }): void {
    el.classList.add('nbf-Panel');
  }
};
