import { pythonIcon, runIcon, stopIcon, ToolbarButton } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import type { Translate } from '../ui/language';
import { CommandId } from './commandids';
import { flowIcon } from './icon';
import type { FlowNotebook } from './notebook';
import { activeRun } from './progress';

/** Shows a button in a notebook's toolbar while it makes sense for that notebook. */
class FlowButton extends ToolbarButton {
  constructor(
    private readonly notebook: FlowNotebook,
    options: ConstructorParameters<typeof ToolbarButton>[0],
    private readonly makesSense: () => boolean
  ) {
    super(options);
    this.addClass('nbf-ToolbarButton');
    notebook.hasStepsChanged.connect(this.settle, this);
    notebook.model.runsChanged.connect(this.settle, this);
    notebook.model.linesChanged.connect(this.settle, this);
    this.settle();
  }

  override dispose(): void {
    Signal.disconnectReceiver(this);
    super.dispose();
  }

  private settle(): void {
    this.setHidden(!this.notebook.hasSteps || !this.makesSense());
  }
}

/** Returns the buttons by their names in the settings. */
export function toolbarButtons(
  commands: CommandRegistry,
  trans: Translate
): Record<string, (notebook: FlowNotebook) => ToolbarButton> {
  const isActive = (notebook: FlowNotebook): boolean => activeRun(notebook.model) !== null;
  const does = (command: string) => (): void => void commands.execute(command);
  return {
    'nbflow-panel': notebook =>
      new FlowButton(
        notebook,
        {
          icon: flowIcon,
          tooltip: trans('Show the flow of this notebook'),
          onClick: does(CommandId.showPanel)
        },
        () => true
      ),
    'nbflow-run': notebook =>
      new FlowButton(
        notebook,
        {
          icon: runIcon,
          label: trans('Run flow'),
          tooltip: trans('Run all steps that are not up to date'),
          onClick: does(CommandId.run)
        },
        () => !isActive(notebook)
      ),
    'nbflow-cancel': notebook =>
      new FlowButton(
        notebook,
        {
          icon: stopIcon,
          label: trans('Stop flow'),
          tooltip: trans('Stop the run; finished tasks are kept'),
          onClick: does(CommandId.cancel)
        },
        () => isActive(notebook)
      ),
    'nbflow-export': notebook =>
      new FlowButton(
        notebook,
        {
          icon: pythonIcon,
          tooltip: trans('Export this notebook as a script'),
          onClick: does(CommandId.export)
        },
        () => true
      )
  };
}
