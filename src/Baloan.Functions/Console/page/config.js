// What the owner has set, as it came with the page.
const { shop, support, timeZone, lockAfterMinutes } = document.body.dataset;

export const config = { shop, support, timeZone: timeZone || 'Asia/Tehran', lockAfterMinutes: Number(lockAfterMinutes) || 0 };
