import { isPersian } from './language.js';
import { h } from './dom.js';
import { number } from './format.js';

// Stacked bars, mirrored where the reader reads from right to left, with the numbers of the bar under the pointer in the legend.
//   bars: the name of each bar, long and short; series: { name, color, values }; summary: what a screen reader says of it.
// A chart has to be in the page before it is drawn, so that this gives back what draws it.
export function stackedBars({ bars, series, summary, height = 190 }) {
  const plot = h('div', { class: 'plot', role: 'img', 'aria-label': summary, dir: 'ltr' });
  const at = h('span', { class: 'legend-bar' });
  const legend = series.map((one) => ({ swatch: h('i', { class: `swatch ${one.color}` }), value: h('b') }));
  const element = h('div', null,
    h('p', { class: 'legend', 'aria-hidden': 'true' },
      series.map((one, index) => h('span', null, legend[index].swatch, one.name, ' ', legend[index].value)), at),
    plot);

  const tell = (bar) => {
    series.forEach((one, index) => {
      legend[index].value.textContent = number(bar === null ? one.values.reduce((sum, value) => sum + value, 0) : one.values[bar]);
    });
    at.textContent = bar === null ? '' : bars[bar].long;
  };
  tell(null);

  // Each series is drawn over the ones above it, from the ground to the sum of all up to it.
  const sums = series.map((_, index) => bars.map((_, bar) => series.slice(0, index + 1).reduce((sum, one) => sum + one.values[bar], 0)));
  const top = Math.max(4, ...sums.at(-1) ?? []);
  const data = [bars.map((_, bar) => bar), ...sums.toReversed()];
  let drawn;

  const draw = () => {
    const width = plot.clientWidth;
    if (!width) {
      return;
    }
    drawn?.destroy();
    const style = getComputedStyle(plot);
    const font = `12px ${style.fontFamily}`;
    const grid = getComputedStyle(legend[0].swatch.parentElement).borderBottomColor;
    const every = Math.ceil(bars.length / Math.max(2, Math.floor(width / 76)));
    drawn = new uPlot({
      width, height,
      padding: [8, isPersian ? 0 : 8, 0, isPersian ? 8 : 0],
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { show: false } },
      scales: { x: { time: false, dir: isPersian ? -1 : 1, range: [-0.5, bars.length - 0.5] }, y: { range: [0, top * 1.05] } },
      series: [{}, ...legend.toReversed().map(({ swatch }) => ({
        fill: getComputedStyle(swatch).backgroundColor, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.78, 44] }),
      }))],
      axes: [
        { font, stroke: style.color, size: 28, grid: { show: false }, ticks: { show: false }, splits: () => data[0].filter((bar) => bar % every === 0), values: (_, splits) => splits.map((bar) => bars[bar].short) },
        { font, stroke: style.color, side: isPersian ? 1 : 3, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000], grid: { stroke: grid, width: 1 }, ticks: { show: false }, values: (_, splits) => splits.map(number) },
      ],
      hooks: { setCursor: [(chart) => tell(chart.cursor.idx ?? null)] },
    }, data, plot);
  };

  return { element, draw };
}

// Draws the charts, and again whenever their width, the colors or the typeface change.
export function keepDrawn(charts, signal) {
  const draw = () => charts().forEach((chart) => chart.draw());
  let width = innerWidth;
  addEventListener('resize', () => { if (width !== innerWidth) { width = innerWidth; draw(); } }, { signal });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw, { signal });
  document.fonts.ready.then(() => { if (!signal.aborted) { draw(); } });
}
