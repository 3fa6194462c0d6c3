/** What every page of ours is: one element in the page itself, which meets the election that the address names. */
import { LitElement } from 'lit'

export abstract class PageElement extends LitElement {
  /** The page's own style applies, also in print. */
  protected override createRenderRoot (): HTMLElement {
    return this
  }

  override connectedCallback (): void {
    super.connectedCallback()
    addEventListener('hashchange', this.meetNamed)
    this.meetNamed()
  }

  /** Meets what the address names now, for the first time or again. */
  protected readonly meetNamed = (): void => { void this.meet(new URLSearchParams(location.hash.slice(1))) }

  /** What follows the `#`, which no server sees. Never rejects. */
  protected abstract meet (address: URLSearchParams): Promise<void>
}
