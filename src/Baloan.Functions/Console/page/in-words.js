// Amounts in words, as a receipt has them.
const persian = {
  zero: 'صفر', and: ' و ', between: ' و ',
  ones: ['', 'یک', 'دو', 'سه', 'چهار', 'پنج', 'شش', 'هفت', 'هشت', 'نه', 'ده', 'یازده', 'دوازده', 'سیزده', 'چهارده', 'پانزده', 'شانزده', 'هفده', 'هجده', 'نوزده'],
  tens: ['', '', 'بیست', 'سی', 'چهل', 'پنجاه', 'شصت', 'هفتاد', 'هشتاد', 'نود'],
  hundreds: ['', 'صد', 'دویست', 'سیصد', 'چهارصد', 'پانصد', 'ششصد', 'هفتصد', 'هشتصد', 'نهصد'],
  thousands: ['', 'هزار', 'میلیون', 'میلیارد', 'بیلیون'],
};
const english = {
  zero: 'zero', and: ' and ', between: ' ', hyphen: '-',
  ones: ['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
  tens: ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'],
  hundreds: ['', ...['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map((one) => `${one} hundred`)],
  thousands: ['', 'thousand', 'million', 'billion', 'trillion'],
};

// amount: a whole number from 0 to 999,999,999,999,999.
export function inWords(amount, isPersian) {
  const by = isPersian ? persian : english;
  const below1000 = (value) => {
    const rest = value % 100;
    const low = rest < 20 ? by.ones[rest] : [by.tens[Math.floor(rest / 10)], by.ones[rest % 10]].filter(Boolean).join(by.hyphen ?? by.and);
    return [by.hundreds[Math.floor(value / 100)], low].filter(Boolean).join(by.and);
  };
  const groups = [];
  for (let rest = amount, power = 0; rest > 0; rest = Math.floor(rest / 1000), power++) {
    const group = rest % 1000;
    if (group > 0) {
      // "One thousand" is only "thousand" in Persian.
      groups.unshift(isPersian && power === 1 && group === 1 ? by.thousands[1] : [below1000(group), by.thousands[power]].filter(Boolean).join(' '));
    }
  }
  return groups.length === 0 ? by.zero : groups.join(by.between);
}
