import { MainAreaWidget } from '@jupyterlab/apputils';
import { type IRenderMimeRegistry, MimeModel } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import type { ManualLink } from '../state/protocol';
import { closest, h } from '../ui/dom';
import { flowIcon } from './icon';
import type { Lab } from './lab';
import type { ServerOverview } from './rest';

const MARKDOWN = 'text/markdown';

/** Shows the pages of the manual that the server has, with a list of them. */
class Manual extends Widget {
  constructor(
    private readonly server: ServerOverview,
    private readonly rendermime: IRenderMimeRegistry
  ) {
    super();
    this.addClass('nbf-Manual');
    this.addClass('nbf-Themed');
    this.node.append(this.list, this.body);
    this.node.addEventListener('click', event => this.click(event));
    void this.open(null, '');
  }

  private async open(page: string | null, section: string): Promise<void> {
    try {
      const { name, text, pages } = await this.server.manual(page);
      this.showList(pages, name);
      await this.render(text);
      this.scrollTo(section);
    } catch (error) {
      this.body.replaceChildren(h('p', { role: 'alert' }, error instanceof Error ? error.message : String(error)));
    }
  }

  private showList(pages: readonly ManualLink[], shown: string): void {
    const link = ({ name, title }: ManualLink): HTMLElement =>
      h(
        'button',
        { type: 'button', 'data-page': name, 'aria-current': name === shown ? 'page' : null, class: 'nbf-ManualLink' },
        title
      );
    this.list.replaceChildren(...pages.map(link));
  }

  private async render(text: string): Promise<void> {
    const renderer = this.rendermime.createRenderer(MARKDOWN);
    await renderer.renderModel(new MimeModel({ data: { [MARKDOWN]: text } }));
    this.body.replaceChildren(renderer.node);
    this.body.scrollTop = 0;
  }

  /** Show the heading of which the words, joined by `-`, are the section. */
  private scrollTo(section: string): void {
    const headings = [...this.body.querySelectorAll('h1, h2, h3')];
    const found = headings.find(heading => slug(heading.textContent ?? '') === section);
    found?.scrollIntoView({ block: 'start' });
  }

  private click(event: MouseEvent): void {
    const page = closest(event, '[data-page]')?.getAttribute('data-page');
    const target = closest(event, 'a')?.getAttribute('href') ?? '';
    const [, name = '', section = ''] = /^(?:.*\/)?(\w+)\.md(?:#(.*))?$/.exec(target) ?? [];
    if (page || name) {
      event.preventDefault();
      void this.open(page ?? name, section);
    } else if (target.startsWith('#')) {
      event.preventDefault();
      this.scrollTo(target.slice(1));
    }
  }

  private readonly list = h('nav', { class: 'nbf-ManualPages' });
  private readonly body = h('div', { class: 'nbf-ManualBody', tabindex: 0 });
}

const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/\s+/g, '-');

/** Shows the manual as a tab of the main area. */
export function makeManualTab(lab: Lab, server: ServerOverview, rendermime: IRenderMimeRegistry): MainAreaWidget {
  const tab = new MainAreaWidget({ content: new Manual(server, rendermime) });
  tab.id = 'nbflow-manual';
  tab.addClass('nbf-Tab');
  tab.toolbar.hide();
  tab.title.label = lab.trans('Flow Manual');
  tab.title.icon = flowIcon;
  tab.title.closable = true;
  return tab;
}
