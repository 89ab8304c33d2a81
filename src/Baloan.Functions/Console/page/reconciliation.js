import { text } from './language.js';
import { announce, coming, h, id, quoted, redraw, save, section, show, table } from './dom.js';
import { post } from './api.js';
import { allHold, busy, field, guard, refusal } from './fields.js';
import { localDigits, money, number, onDate } from './format.js';
import { statusBadge } from './state.js';

const words = text.reconciliation;
// The worst first.
const kinds = ['moved_twice', 'theirs_not_ours', 'different_total', 'ours_not_theirs'];

// Baloan's statement against the app's own books.
export function reconciliation(main, { signal }) {
  const content = h('div', { role: 'status' });
  const trouble = h('div', { role: 'alert' });
  const chosen = h('bdi', { class: 'chosen' }, text.counter.noFile);
  const file = field('statement', words.file, { type: 'file', accept: '.csv,.txt,.xlsx,text/csv', class: 'visually-hidden' }, { check: (_, input) => (input?.files[0] ? '' : words.fileFault) });
  const picker = h('div', { class: 'file drop' });
  file.input.replaceWith(picker);
  picker.append(file.input, h('label', { for: 'statement', class: 'button' }, text.counter.chooseFile), chosen, h('span', { class: 'muted' }, words.drop));
  file.input.addEventListener('change', () => {
    chosen.textContent = file.input.files[0]?.name ?? text.counter.noFile;
    file.holds();
    // Another statement has other columns, and perhaps another unit.
    found.clear();
    own.clear();
    for (const one of [...columns, unit]) {
      one.input.value = '';
    }
    names.replaceChildren();
    redraw(content);
  });
  for (const kind of ['dragover', 'drop']) {
    picker.addEventListener(kind, (event) => {
      event.preventDefault();
      picker.classList.toggle('over', kind === 'dragover');
      if (kind === 'drop' && event.dataTransfer.files.length) {
        file.input.files = event.dataTransfer.files;
        file.input.dispatchEvent(new Event('change'));
      }
    });
  }
  picker.addEventListener('dragleave', () => picker.classList.remove('over'));

  const day = (name, label) => field(name, label, { dir: 'ltr', inputmode: 'numeric', maxlength: '12' }, { hint: words.dayHint });
  const [from, to] = [day('from', words.from), day('to', words.to)];
  const names = h('datalist', { id: 'names' });
  const columns = ['code', 'total', 'date'].map((name) => field(`${name}_column`, words[name], { list: 'names', maxlength: '200', dir: 'auto' }));
  const unit = field('total_unit', words.unit, {}, { tag: 'select' });
  unit.input.append(...Object.entries(words.units).map(([value, name]) => h('option', { value }, name)));
  // What the app found by itself, and what the reader chose: only that is asked for again. What was found goes on being found anew, in
  // each sheet and line for itself.
  const found = new Map();
  const own = new Map();
  const go = h('button', { class: 'primary', id: 'compare' }, words.go);
  const more = h('details', { id: 'columns' }, h('summary', null, words.columns), h('p', { class: 'muted' }, words.columnsNote), h('div', { class: 'fields' }, columns.map((one) => one.element), unit.element), names);

  // A statement that was compared is read from its file again; one that was not yet is asked about.
  guard(signal, () => file.input.files.length > 0 && !content.hasChildNodes());
  show(main, words.title, h('p', { class: 'muted' }, words.intro),
    h('form', {
      class: 'panel', novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        busy(go, compare);
      },
    }, file.element, h('div', { class: 'fields' }, from.element, to.element), more, trouble, h('div', { class: 'actions' }, go)),
    content);

  async function compare() {
    trouble.replaceChildren();
    if (!allHold([file])) {
      return;
    }
    const form = new FormData();
    for (const one of [...columns, unit, from, to]) {
      one.fault('');
      const [name, value] = [one.input.id, one.input.value.trim()];
      if (value !== (found.get(name) ?? '')) {
        own.set(name, value);
      }
      if (value && own.get(name)) {
        form.append(name, value);
      }
    }
    form.append('file', file.input.files[0]);
    redraw(content, coming(5));
    try {
      const { answer } = await post('merchant/reconciliations', form);
      // What was recognised, to be seen and changed.
      names.replaceChildren(...(answer.columns.names ?? []).map((name) => h('option', { value: name })));
      for (const [one, value] of [[columns[0], answer.columns.code], [columns[1], answer.columns.total], [columns[2], answer.columns.date], [unit, answer.columns.total_unit]]) {
        one.input.value = value ?? '';
        found.set(one.input.id, one.input.value);
      }
      go.textContent = words.again;
      redraw(content, result(answer));
      announce(headline(answer));
    } catch (failure) {
      redraw(content);
      const places = { file, from, to, total_unit: unit, ...Object.fromEntries(columns.map((one) => [one.input.id, one])) };
      more.open ||= Object.keys(failure.errors ?? {}).some((name) => name.endsWith('_column') || name === 'total_unit');
      trouble.replaceChildren(refusal(failure, places));
    }
  }
}

const differences = (answer) => kinds.flatMap((kind) => (answer[kind] ?? []).map((one) => ({ kind, ...one })));

function headline(answer) {
  const counts = kinds.filter((kind) => answer[kind]?.length).map((kind) => `${words.kinds[kind]}: ${number(answer[kind].length)}`);
  return counts.length ? counts.join(text.comma) : words.none;
}

function result(answer) {
  const { totals, period } = answer;
  const gap = totals.theirs - totals.ours;
  const dayOf = (iso) => onDate(new Date(`${iso}T12:00:00+03:30`));
  return [
    h('dl', { class: 'hero four' },
      [[words.theirs, money(totals.theirs)], [words.ours, money(totals.ours)], [words.difference, money(gap), gap !== 0], [words.matched, number(answer.matched)]].map(([name, value, isBad]) =>
        h('div', { class: isBad ? 'urgent' : null }, h('dt', null, name), h('dd', null, value)))),
    period && h('p', { class: 'muted' }, words.period(dayOf(period.from), dayOf(period.to))),
    (answer.warnings ?? []).map((warning) => h('p', { class: 'notice' }, quoted(warning))),
    differences(answer).length === 0 ? h('p', { class: 'calm' }, words.none)
      : [
        kinds.filter((kind) => answer[kind]?.length).map((kind) => section([words.kinds[kind], ' ', h('span', { class: 'muted' }, number(answer[kind].length))],
          h('p', { class: 'muted' }, words.kindDo[kind]), differenceTable(kind, answer[kind]))),
        h('div', { class: 'actions' }, h('button', { type: 'button', id: 'save-result', onclick: () => save(new Blob(['\uFEFF', csvOf(answer)], { type: 'text/csv;charset=utf-8' }), 'reconciliation.csv') }, words.saveResult)),
      ],
    answer.repeated_lines?.length > 0 && h('p', { class: 'muted' }, words.repeated(number(answer.repeated_lines.length))),
    answer.bad_lines?.length > 0 && section([words.bad, ' ', h('span', { class: 'muted' }, number(answer.bad_lines.length))], table({
      caption: words.bad, className: 'compact', columns: [{ title: words.line }, { title: words.code }, { title: words.why }],
      rows: answer.bad_lines.map((line) => [placeOf(line), line.code ? id(line.code) : '–', quoted(line.text)]),
    })),
  ];
}

function differenceTable(kind, items) {
  return table({
    caption: words.kinds[kind], className: 'cards',
    columns: [{ title: words.code, className: 'code' }, { title: text.settlement.statusTitle }, { title: words.theirs, className: 'number' }, { title: words.ours, className: 'number' }, { title: words.lines, className: 'end' }],
    rows: items.map((one) => [
      h('span', { class: 'with-copy', title: one.code }, one.status ? h('a', { href: `#/settlements/${encodeURIComponent(one.code)}`, target: '_blank' }, id(one.code)) : id(one.code)),
      one.status ? statusBadge(one.status) : h('span', { class: 'muted' }, words.unknown),
      one.theirs === null ? '–' : money(one.theirs), one.ours === null ? '–' : money(one.ours),
      one.lines?.length ? one.lines.map((line, index) => [index > 0 && text.comma, placeOf(line)]) : '–']),
  });
}

const placeOf = ({ sheet, line }) => [sheet && [quoted(sheet), ' '], localDigits(String(line))];

// For a table of Excel's: no cell is taken for a formula.
function csvOf(answer) {
  const cell = (value) => `"${String(value ?? '').replace(/^(?=[=+\-@\t\r])/, "'").replaceAll('"', '""')}"`;
  const rows = differences(answer).map((one) => [words.kinds[one.kind], one.code, one.theirs, one.ours, one.status, one.known_by, one.sent_at, one.ended_at, (one.lines ?? []).map((line) => [line.sheet, line.line].filter(Boolean).join(' ')).join('; ')]);
  return [['kind', 'code', 'theirs', 'ours', 'status', 'known_by', 'sent_at', 'ended_at', 'lines'], ...rows].map((row) => row.map(cell).join(',')).join('\r\n');
}
