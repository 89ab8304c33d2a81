import { h } from './dom.js';
import { number } from './format.js';

// Stacked bars in the reader's direction. bars: { short, long, href }; series: { name, color, values, told }, told(bar) being what the
// legend says of a bar (null: of all). Keyboards and screen readers have the same as a table, with the same links.
export function stackedBars({ bars, series }) {
  const at = h('span', { class: 'legend-bar' });
  const told = series.map(() => h('b'));
  const tell = (bar) => {
    series.forEach((one, index) => { told[index].textContent = one.told(bar); });
    at.textContent = bar === null ? '' : bars[bar].long;
  };
  tell(null);
  const highest = Math.max(0, ...bars.map((_, bar) => series.reduce((sum, one) => sum + one.values[bar], 0)));
  const top = niceTop(highest);
  const every = Math.ceil(bars.length / 8);
  const columns = bars.map((bar, index) => {
    const stack = h('span', { class: 'stack' }, series.toReversed().map((one) => {
      const part = h('i', { class: one.color });
      part.style.blockSize = `${100 * one.values[index] / top}%`;
      return one.values[index] > 0 && part;
    }));
    const name = h('span', { class: index % (2 * every) === 0 ? 'tick' : 'tick minor' }, index % every === 0 ? bar.short : '');
    const column = bar.href
      ? h('a', { class: 'column', href: bar.href, tabindex: '-1', title: bar.long }, stack, name)
      : h('span', { class: 'column', title: bar.long }, stack, name);
    column.addEventListener('pointerenter', () => tell(index));
    return column;
  });
  return h('div', { class: 'chart', 'aria-hidden': 'true' },
    h('p', { class: 'legend' }, series.map((one, index) => h('span', null, h('i', { class: `swatch ${one.color}` }), one.name, ' ', told[index])), at),
    h('div', { class: 'plot' },
      h('div', { class: 'scale' }, h('span', null, number(top)), h('span', null, number(top / 2)), h('span', null, number(0))),
      h('div', { class: 'columns', onpointerleave: () => tell(null) }, columns)));
}

// An even number at the top, so that the middle is whole.
function niceTop(highest) {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, highest))));
  return [2, 4, 6, 8, 10, 20].map((times) => times * unit).find((one) => one >= highest);
}

// A bar of a part of a whole.
export function share(part) {
  const bar = h('span', { class: 'share-bar', 'aria-hidden': 'true' });
  bar.style.inlineSize = `${Math.round(part * 100)}%`;
  return bar;
}
