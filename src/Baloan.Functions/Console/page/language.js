// The reader's language: what was chosen on the page, else what the browser prefers, which is how the page came.
const kept = 'baloan-console-language';
const chosen = localStorage.getItem(kept);

export const language = chosen === 'fa' || chosen === 'en' ? chosen : document.documentElement.lang;
export const isPersian = language === 'fa';
export const { text } = await import(isPersian ? './text-fa.js' : './text-en.js');

document.documentElement.lang = language;
document.documentElement.dir = isPersian ? 'rtl' : 'ltr';

export function switchLanguage() {
  localStorage.setItem(kept, isPersian ? 'en' : 'fa');
  location.reload();
}
