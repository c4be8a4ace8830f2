// A component that is drawn again only when one of its properties is another one.

import { Component, type ComponentChild, type FunctionComponent, h } from "preact";

/** Wraps a function component. What it reads of signals still draws it again. */
export function memo<Props extends object>(
  inner: FunctionComponent<Props>,
): new (props: Props) => Component<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const names = Object.keys(next) as (keyof Props)[];
      return names.some((name) => next[name] !== this.props[name]);
    }

    override render(): ComponentChild {
      return h(inner, this.props as Props & { key?: never });
    }
  };
}
