import { config } from './config.js';
import { isPersian, text } from './language.js';
import { h } from './dom.js';

const locale = isPersian ? 'fa-IR-u-ca-persian-nu-arabext' : 'en-GB';
const { timeZone } = config;
const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
// Hours are written in one way throughout: 09:05.
const dates = (options) => new Intl.DateTimeFormat(locale, { timeZone, hourCycle: 'h23', ...options });
const moment = dates({ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
const precise = dates({ dateStyle: 'full', timeStyle: 'medium' });
const clock = dates({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const hour = dates({ hour: '2-digit', minute: '2-digit' });
const day = dates({ day: 'numeric', month: 'short' });
const date = dates({ year: 'numeric', month: 'short', day: 'numeric' });
const dayAndHour = dates({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });

export const number = (value) => numbers.format(value);
export const toman = (value) => text.toman(number(value));
export const atHour = (date) => hour.format(date);
export const onDay = (moment) => day.format(moment);
export const onDate = (moment) => date.format(moment);
export const onDayAtHour = (date) => dayAndHour.format(date);
export const atSecond = (date) => clock.format(date);
export const atMoment = (iso) => moment.format(new Date(iso));
export const zoneName = () => `${new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'longGeneric' }).formatToParts(new Date()).find((part) => part.type === 'timeZoneName').value}`;

// An amount, which no line breaks.
export const money = (value) => h('span', { class: 'money' }, h('span', null, number(value)), ' ', h('span', { class: 'unit' }, text.unit));

export function when(iso) {
  const date = new Date(iso);
  return h('time', { datetime: iso, title: precise.format(date), class: 'whole' }, moment.format(date));
}

// The day (Gregorian, yyyy-mm-dd) and hour of the shop's clock.
export function inZone(date) {
  const of = Object.fromEntries(parts.formatToParts(date).map((part) => [part.type, part.value]));
  return { day: `${of.year}-${of.month}-${of.day}`, hour: Number(of.hour), minute: Number(of.minute) };
}

// A day for the API as the reader writes it.
export function writtenDay(date) {
  if (!isPersian) {
    return inZone(date).day;
  }
  const of = Object.fromEntries(dates({ year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(date).map((part) => [part.type, part.value]));
  return `${of.year}/${of.month}/${of.day}`;
}

export function bytes(size) {
  const [value, unit] = size < 1024 ? [size, 'byte'] : size < 1024 * 1024 ? [size / 1024, 'kilobyte'] : [size / 1024 / 1024, 'megabyte'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: isPersian || unit === 'byte' ? 'long' : 'short', maximumFractionDigits: 1 }).format(value);
}

const steps = [[1, 'second'], [60, 'minute'], [3600, 'hour'], [86400, 'day']];

// A span in the unit that fits it: "40 seconds", "3 hours".
export function span(seconds) {
  const rest = Math.max(0, seconds);
  const [length, unit] = steps.findLast(([length]) => rest >= length * (length === 86400 ? 2 : 1)) ?? steps[0];
  const value = rest / length;
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: unit === 'second' && value < 10 ? 1 : 0 })
    .format(unit === 'second' && value < 10 ? value : Math.floor(value));
}

export const since = (iso, now = Date.now()) => span((now - new Date(iso)) / 1000);

// Digits of an identifier that is shown, in the reader's script.
export const localDigits = (value) => isPersian ? value.replace(/\d/g, (digit) => String.fromCharCode(0x6f0 + Number(digit))) : value;

// Signs that nobody sees and that come along where text is pasted; the app takes off the same.
const marks = /[\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

export const withoutMarks = (typed) => typed.replace(marks, '');

// What people type: Persian and Arabic digits, and separators between them.
export const asciiDigits = (typed) => withoutMarks(typed)
  .replace(/[۰-۹]/g, (digit) => digit.charCodeAt(0) - 0x6f0)
  .replace(/[٠-٩]/g, (digit) => digit.charCodeAt(0) - 0x660);

export const onlyDigits = (typed) => asciiDigits(typed).replace(/\s/g, '');

// Only between thousands is a sign a separator: 1250.50 is no 125050.
export function wholeNumber(typed) {
  const written = asciiDigits(typed).trim();
  const digits = /^\d{1,3}([\s,٬،.'’_]\d{3})+$/.test(written) ? written.replace(/\D/g, '') : written;
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}
